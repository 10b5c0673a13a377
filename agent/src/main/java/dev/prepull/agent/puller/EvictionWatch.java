package dev.prepull.agent.puller;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Notices that something keeps taking an image away: ten times in a row, each time soon after it
 * was back. Pure but for its count.
 */
final class EvictionWatch {

  static final int LOOP = 10;
  static final Duration SOON = Duration.ofMinutes(10);
  private static final Duration FIRST_WAIT = Duration.ofMinutes(1);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(30);
  private static final int MOST_DOUBLINGS = 10;

  private Instant backAt = Instant.EPOCH;
  private int inARow;

  /** The image is there, again or for the first time. */
  void back(Instant now) {
    backAt = now;
  }

  /**
   * The image is gone though nobody here took it away.
   *
   * @return how long to leave it at that; empty as long as it makes sense to repair at once
   */
  Optional<Duration> gone(Instant now) {
    inARow = backAt.plus(SOON).isAfter(now) ? inARow + 1 : 1;
    if (inARow < LOOP) {
      return Optional.empty();
    }
    Duration wait = FIRST_WAIT.multipliedBy(1L << Math.min(inARow - LOOP, MOST_DOUBLINGS));
    return Optional.of(wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT);
  }

  /** How many times in a row it has disappeared. */
  int inARow() {
    return inARow;
  }
}
