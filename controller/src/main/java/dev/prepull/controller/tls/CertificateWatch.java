package dev.prepull.controller.tls;

import dev.prepull.loop.EventLoop;
import dev.prepull.program.StartupException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks every now and then whether the link has another certificate. */
public final class CertificateWatch {

  static final Duration INTERVAL = Duration.ofSeconds(30);

  private static final Logger log = LoggerFactory.getLogger(CertificateWatch.class);

  private final CertificateSource source;
  private final EventLoop loop;
  private final Executor blocking;

  /**
   * Looks at nothing yet.
   *
   * @param blocking runs what blocks
   */
  public CertificateWatch(CertificateSource source, EventLoop loop, Executor blocking) {
    this.source = source;
    this.loop = loop;
    this.blocking = blocking;
  }

  /**
   * Tells whenever there is another certificate than the one before, for as long as the program
   * runs. While none can be read the one before stays.
   *
   * @param shown what is shown now
   * @param changed is called by any thread, by one at a time
   */
  public void follow(ServingCertificate shown, Consumer<ServingCertificate> changed) {
    loop.after(INTERVAL, () -> blocking.execute(() -> follow(look(shown, changed), changed)));
  }

  private ServingCertificate look(ServingCertificate shown, Consumer<ServingCertificate> changed) {
    try {
      ServingCertificate now = source.read();
      if (!now.equals(shown)) {
        changed.accept(now);
      }
      return now;
    } catch (StartupException e) {
      log.warn("{} The certificate that is shown stays; it is tried again.", e.getMessage());
      return shown;
    }
  }
}
