package dev.prepull.agent.puller;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When repairing an image at once no longer makes sense, and how long to leave it at that. */
class EvictionWatchTest {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final EvictionWatch watch = new EvictionWatch();

  @Test
  void letsWhatWasNeverThereBeRepaired() {
    assertThat(watch.gone(START)).isEmpty();
  }

  @Test
  void waitsLongerEachTimeButNeverLongerThanHalfAnHour() {
    assertThat(lost(EvictionWatch.LOOP)).contains(Duration.ofMinutes(1));
    assertThat(lost(1)).contains(Duration.ofMinutes(2));
    assertThat(lost(1)).contains(Duration.ofMinutes(4));
    assertThat(lost(2)).contains(Duration.ofMinutes(16));
    assertThat(lost(1)).contains(Duration.ofMinutes(30));
    assertThat(lost(100)).contains(Duration.ofMinutes(30));
  }

  @Test
  void countsFromTheMomentAtWhichTheImageWasBack() {
    lost(EvictionWatch.LOOP - 1);
    watch.back(START);

    assertThat(watch.gone(START.plus(EvictionWatch.SOON).minusMillis(1))).isPresent();
  }

  @Test
  void forgetsTheCountOfAnImageThatHasStayed() {
    lost(EvictionWatch.LOOP - 1);
    watch.back(START);

    assertThat(watch.gone(START.plus(EvictionWatch.SOON))).isEmpty();
    assertThat(watch.inARow()).isEqualTo(1);
  }

  /** Loses the image that often, a second after it was back. */
  private Optional<Duration> lost(int times) {
    Optional<Duration> wait = Optional.empty();
    for (int i = 0; i < times; i++) {
      watch.back(START);
      wait = watch.gone(START.plusSeconds(1));
    }
    return wait;
  }
}
