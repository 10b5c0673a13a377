package dev.prepull.controller.credentials;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When a token is asked for again. Half of its life is left for failures, as the kubelet's plugins
 * leave it; controllers and tokens that began together do not stay together.
 */
final class RefreshTimes {

  private static final Duration SOONEST = Duration.ofMinutes(1);
  private static final Duration FIRST_RETRY = Duration.ofSeconds(5);
  private static final Duration LONGEST_RETRY = Duration.ofMinutes(5);

  private final RandomGenerator chance;

  RefreshTimes(RandomGenerator chance) {
    this.chance = chance;
  }

  /** After a success: at half to six tenths of what is left of the token's life. */
  Duration afterSuccess(Duration left) {
    Duration wait = times(left, 0.5 + 0.1 * chance.nextDouble());
    return wait.compareTo(SOONEST) < 0 ? SOONEST : wait;
  }

  /**
   * After a failure: seconds, doubling up to minutes, each give or take a fifth.
   *
   * @param failures how many there were in a row, from 1
   */
  Duration afterFailure(int failures) {
    Duration doubled = FIRST_RETRY.multipliedBy(1L << Math.min(failures - 1, 10));
    Duration wait = doubled.compareTo(LONGEST_RETRY) < 0 ? doubled : LONGEST_RETRY;
    return times(wait, 0.8 + 0.4 * chance.nextDouble());
  }

  private static Duration times(Duration duration, double factor) {
    return Duration.ofMillis((long) (duration.toMillis() * factor));
  }
}
