package dev.prepull.controller.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.loop.FakeEventLoop;
import dev.prepull.program.StartupException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A certificate that somebody renews reaches the link of a running controller. */
class CertificateWatchTest {

  private final FakeEventLoop loop = new FakeEventLoop();
  private final List<ServingCertificate> shown = new ArrayList<>();

  /** What the source has; null while it cannot be read. */
  private @Nullable ServingCertificate held = certificate("first");

  private static ServingCertificate certificate(String chain) {
    return new ServingCertificate(chain, "key", "the test");
  }

  private ServingCertificate read() throws StartupException {
    if (held == null) {
      throw new StartupException("Tried to read but failed.");
    }
    return held;
  }

  @BeforeEach
  void follow() {
    new CertificateWatch(this::read, loop, Runnable::run).follow(certificate("first"), shown::add);
  }

  @Test
  void tellsNothingWhileNothingChanges() {
    loop.advance(CertificateWatch.INTERVAL.multipliedBy(3));

    assertThat(shown).isEmpty();
  }

  @Test
  void tellsEachChangeOnce() {
    held = certificate("second");
    loop.advance(CertificateWatch.INTERVAL.multipliedBy(3));
    held = certificate("third");
    loop.advance(CertificateWatch.INTERVAL.multipliedBy(3));

    assertThat(shown).containsExactly(certificate("second"), certificate("third"));
  }

  @Test
  void keepsWhatIsShownWhileNothingCanBeReadAndGoesOnAfterwards() {
    held = null;
    loop.advance(CertificateWatch.INTERVAL);
    held = certificate("first");
    loop.advance(CertificateWatch.INTERVAL);
    assertThat(shown).isEmpty();

    held = certificate("second");
    loop.advance(CertificateWatch.INTERVAL);
    assertThat(shown).containsExactly(certificate("second"));
  }

  @Test
  void tellsTheFirstOneAsSoonAsItIsThereAndFollowsIt() {
    List<ServingCertificate> told = new ArrayList<>();
    held = null;
    new CertificateWatch(this::read, loop, Runnable::run).awaitFirst(told::add);
    loop.advance(CertificateWatch.FIRST_INTERVAL.multipliedBy(3));
    assertThat(told).isEmpty();

    held = certificate("made");
    loop.advance(CertificateWatch.FIRST_INTERVAL);
    assertThat(told).containsExactly(certificate("made"));

    held = certificate("renewed");
    loop.advance(CertificateWatch.INTERVAL);
    assertThat(told).containsExactly(certificate("made"), certificate("renewed"));
  }
}
