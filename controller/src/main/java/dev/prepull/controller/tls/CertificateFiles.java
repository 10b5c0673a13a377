package dev.prepull.controller.tls;

import dev.prepull.loop.EventLoop;
import dev.prepull.program.StartupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The link's certificate and key in two files, which somebody else renews. */
public final class CertificateFiles implements CertificateSource {

  /** How often the files are looked at. */
  static final Duration INTERVAL = Duration.ofSeconds(10);

  private static final Logger log = LoggerFactory.getLogger(CertificateFiles.class);

  private final Path certificate;
  private final Path key;
  private final EventLoop loop;
  private final Executor blocking;
  private @Nullable ServingCertificate last;

  /**
   * Reads nothing yet.
   *
   * @param blocking runs what blocks
   */
  public CertificateFiles(Path certificate, Path key, EventLoop loop, Executor blocking) {
    this.certificate = certificate;
    this.key = key;
    this.loop = loop;
    this.blocking = blocking;
  }

  @Override
  public ServingCertificate read() throws StartupException {
    ServingCertificate read =
        new ServingCertificate(
            text(certificate, "--tls-cert"), text(key, "--tls-key"), "--tls-cert and --tls-key");
    last = read;
    return read;
  }

  private static String text(Path file, String flag) throws StartupException {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new StartupException(
          "Tried to read %s %s but %s. Check the path and its permissions."
              .formatted(
                  flag,
                  file,
                  e instanceof NoSuchFileException ? "there is no such file" : "failed: " + e),
          e);
    }
  }

  @Override
  public void follow(Consumer<ServingCertificate> changed) {
    loop.after(
        INTERVAL,
        () ->
            blocking.execute(() -> {
              look(changed);
              follow(changed);
            }));
  }

  private void look(Consumer<ServingCertificate> changed) {
    ServingCertificate before = last;
    try {
      ServingCertificate now = read();
      if (!now.equals(before)) {
        changed.accept(now);
      }
    } catch (StartupException e) {
      log.warn("{} The certificate that was read before stays.", e.getMessage());
    }
  }
}
