package dev.prepull.agent.link;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attach: anything from zero up to a bound that doubles, so that
 * thousands of agents do not come back in the same moment. Not thread-safe.
 */
public final class ReconnectDelays {

  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration CAP = Duration.ofSeconds(15);
  private static final int MAX_DOUBLINGS = 10;

  private final RandomGenerator random;
  private int failures;

  /** Takes its jitter from that source. */
  public ReconnectDelays(RandomGenerator random) {
    this.random = random;
  }

  /** The wait after one more failure. */
  Duration next() {
    Duration bound = FIRST.multipliedBy(1L << Math.min(failures++, MAX_DOUBLINGS));
    long millis = (bound.compareTo(CAP) < 0 ? bound : CAP).toMillis();
    return Duration.ofMillis(random.nextLong(millis + 1));
  }

  /** The link stands: the next failure is a first one. */
  void reset() {
    failures = 0;
  }
}
