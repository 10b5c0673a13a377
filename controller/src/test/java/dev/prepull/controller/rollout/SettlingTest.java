package dev.prepull.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/** When enough is known to begin. */
class SettlingTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final Settling settling = new Settling();

  @Test
  void isSettledAtOnceWhenAllHaveBeenHeard() {
    assertThat(settling.isSettled(true, true, NOW)).isTrue();
    assertThat(settling.deadline()).isNull();
  }

  @Test
  void waitsFromTheFirstNodeOn() {
    assertThat(settling.isSettled(false, false, NOW.minusSeconds(100))).isFalse();
    assertThat(settling.isSettled(true, false, NOW)).isFalse();
    assertThat(settling.deadline()).isEqualTo(NOW.plus(Settling.LIMIT));
    assertThat(settling.isSettled(true, false, NOW.plus(Settling.LIMIT))).isTrue();
  }

  @Test
  void staysSettledWhenANodeThatWasNotHeardJoins() {
    assertThat(settling.isSettled(true, true, NOW)).isTrue();
    assertThat(settling.isSettled(true, false, NOW)).isTrue();
  }

  @Test
  void beginsAnewWhenNoNodeIsLeft() {
    assertThat(settling.isSettled(true, true, NOW)).isTrue();
    assertThat(settling.isSettled(false, true, NOW)).isFalse();
    assertThat(settling.isSettled(true, false, NOW)).isFalse();
  }
}
