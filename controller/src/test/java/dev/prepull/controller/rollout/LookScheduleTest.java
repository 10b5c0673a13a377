package dev.prepull.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.NodeName;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** When the registry is asked. */
class LookScheduleTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration HOUR = Duration.ofHours(1);

  private final LookSchedule looks = new LookSchedule();

  @Test
  void isDueAnIntervalAfterTheLastLook() {
    assertThat(looks.due(NOW.minusSeconds(60), HOUR, NOW)).isEqualTo(NOW.plusSeconds(3540));
  }

  @Test
  void isDueAtOnceWhenTheLastLookIsSaidToBeYetToCome() {
    assertThat(looks.due(NOW.plus(Duration.ofDays(9)), HOUR, NOW)).isEqualTo(NOW);
  }

  @Test
  void waitsEverLongerAfterLooksThatToldNothingAndNoLongerThanTenMinutes() {
    Instant longAgo = NOW.minus(Duration.ofDays(1));
    Duration[] waits = new Duration[9];

    for (int i = 0; i < waits.length; i++) {
      looks.failed(new NodeName("n1"), null, NOW);
      waits[i] = Duration.between(NOW, looks.due(longAgo, HOUR, NOW));
    }

    assertThat(waits).startsWith(Duration.ofSeconds(10), Duration.ofSeconds(20));
    assertThat(waits).endsWith(Duration.ofMinutes(10), Duration.ofMinutes(10));
  }

  @Test
  void beginsAnewAfterASuccess() {
    looks.failed(new NodeName("n1"), null, NOW);

    looks.succeeded();

    assertThat(looks.due(NOW.minus(HOUR), HOUR, NOW)).isEqualTo(NOW);
    assertThat(looks.failures()).isZero();
  }
}
