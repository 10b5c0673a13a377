package dev.prepull.agent.puller;

import dev.prepull.model.PullReason;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How long an image waits after a failed pull: doubling up to a cap, with jitter, and slower where
 * somebody has to change something first.
 */
public final class Backoff {

  private static final Duration TRANSIENT_FIRST = Duration.ofSeconds(2);
  private static final Duration TRANSIENT_CAP = Duration.ofMinutes(5);
  private static final Duration PERMANENT_FIRST = Duration.ofSeconds(30);
  private static final Duration PERMANENT_CAP = Duration.ofMinutes(30);
  private static final int MAX_DOUBLINGS = 20;

  private final RandomGenerator random;

  /** Takes its jitter from that source. */
  public Backoff(RandomGenerator random) {
    this.random = random;
  }

  /**
   * The wait after a failure, between one half and the whole of the doubled time.
   *
   * @param attempt how many pulls have failed in a row, from 1
   * @param retryAfter what the registry asked for, or null; never undercut
   */
  public Duration after(PullReason reason, int attempt, @Nullable Duration retryAfter) {
    boolean permanent = reason.retry() == PullReason.Retry.PERMANENT;
    Duration first = permanent ? PERMANENT_FIRST : TRANSIENT_FIRST;
    Duration cap = permanent ? PERMANENT_CAP : TRANSIENT_CAP;
    Duration doubled = first.multipliedBy(1L << Math.min(attempt - 1, MAX_DOUBLINGS));
    long millis = (doubled.compareTo(cap) < 0 ? doubled : cap).toMillis();
    Duration jittered = Duration.ofMillis(random.nextLong(millis / 2, millis + 1));
    return retryAfter != null && retryAfter.compareTo(jittered) > 0 ? retryAfter : jittered;
  }
}
