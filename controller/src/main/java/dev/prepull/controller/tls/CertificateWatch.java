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

  /** How often it looks until there is one. */
  static final Duration FIRST_INTERVAL = Duration.ofSeconds(1);

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

  /**
   * Tells the first certificate as soon as there is one, and follows it from then on. For a
   * controller that cannot make one itself.
   *
   * @param changed is called by any thread, by one at a time
   */
  public void awaitFirst(Consumer<ServingCertificate> changed) {
    awaitFirst("", changed);
  }

  private void awaitFirst(String lastTold, Consumer<ServingCertificate> changed) {
    blocking.execute(() -> {
      try {
        ServingCertificate first = source.read();
        changed.accept(first);
        follow(first, changed);
      } catch (StartupException e) {
        String text = String.valueOf(e.getMessage());
        if (!text.equals(lastTold)) {
          log.info("{} It is tried again every second.", text);
        }
        loop.after(FIRST_INTERVAL, () -> awaitFirst(text, changed));
      }
    });
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
