package dev.prepull.controller.rollout;

import dev.prepull.model.PullProblem;
import dev.prepull.model.PullReason;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/**
 * How many pulls one registry host may serve at a time, over all nodes.
 *
 * <p>When the host asks for fewer requests, or does not answer, the limit is halved and nothing new
 * begins for a while; each pull that succeeds then adds one, up to what the lists allow. While a
 * pause lasts, further complaints are answers to what was begun before it and slow nothing further.
 * Belongs to the reconcile loop.
 */
final class RegistryPace {

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

  private final RandomGenerator random;
  private int most;
  private int limit;
  private int inUse;
  private Duration pause = Duration.ZERO;
  private Instant pausedUntil = Instant.MIN;

  RegistryPace(RandomGenerator random, int most) {
    this.random = random;
    this.most = most;
    this.limit = most;
  }

  /** The lists allow that many pulls at the same time now. */
  void most(int newMost) {
    limit = limit == most ? newMost : Math.min(limit, newMost);
    most = newMost;
  }

  void began() {
    inUse++;
  }

  void ended() {
    inUse--;
  }

  int inUse() {
    return inUse;
  }

  /** How many more pulls may begin now. */
  int room(Instant now) {
    return isPaused(now) ? 0 : Math.max(0, limit - inUse);
  }

  boolean isPaused(Instant now) {
    return now.isBefore(pausedUntil);
  }

  Instant pausedUntil() {
    return pausedUntil;
  }

  int limit() {
    return limit;
  }

  void succeeded() {
    limit = Math.min(most, limit + 1);
    pause = Duration.ZERO;
  }

  /** A pull that has just ended met this problem. */
  void slowed(PullProblem problem, Instant now) {
    if (!isPaused(now)) {
      // What was in use shows what the host could not bear; the limit may be far above it.
      limit = Math.max(1, Math.min(limit, inUse + 1) / 2);
      pause = pause.isZero() ? FIRST_PAUSE : shorter(pause.multipliedBy(2), LONGEST_PAUSE);
      pausedUntil = now.plus(jittered(pause));
    }
    Instant asked = problem.nextRetry();
    if (problem.reason() == PullReason.RATE_LIMITED
        && asked != null
        && asked.isAfter(pausedUntil)) {
      pausedUntil = asked;
    }
  }

  private static Duration shorter(Duration left, Duration right) {
    return left.compareTo(right) < 0 ? left : right;
  }

  /** Between one half and the whole of it. */
  private Duration jittered(Duration whole) {
    long millis = whole.toMillis();
    return Duration.ofMillis(random.nextLong(millis / 2, millis + 1));
  }
}
