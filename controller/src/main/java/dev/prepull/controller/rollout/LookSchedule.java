package dev.prepull.controller.rollout;

import dev.prepull.controller.status.RolloutStatus.Failure;
import dev.prepull.model.NodeName;
import dev.prepull.model.PullProblem;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When the registry is asked what one reference means: every refresh interval, and after a look
 * that told nothing first soon, then ever later. Belongs to the reconcile loop.
 */
final class LookSchedule {

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);
  private static final int MOST_DOUBLINGS = 10;

  private Instant notBefore = Instant.MIN;
  private int failures;
  private @Nullable Failure failure;

  /** Since when the next look may be taken, were it only for failures. */
  Instant notBefore() {
    return notBefore;
  }

  /**
   * When the next look is due.
   *
   * @param lookedAt when the registry was asked last; a time to come counts for nothing
   */
  Instant due(Instant lookedAt, Duration interval, Instant now) {
    Instant next = lookedAt.isAfter(now) ? now : lookedAt.plus(interval);
    return next.isAfter(notBefore) ? next : notBefore;
  }

  /** How many looks in a row have told nothing. */
  int failures() {
    return failures;
  }

  /** Why the last look told nothing; null when it did. */
  @Nullable Failure failure() {
    return failure;
  }

  void succeeded() {
    failures = 0;
    failure = null;
    notBefore = Instant.MIN;
  }

  /** A look told nothing although the node holds the image, so that the node itself may go on. */
  void failed(NodeName node, @Nullable PullProblem problem, Instant now) {
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures, MOST_DOUBLINGS));
    notBefore = now.plus(pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE);
    failures++;
    failure =
        problem == null
            ? null
            : new Failure(problem.reason().word(), 1, problem.message(), List.of(node.value()));
  }
}
