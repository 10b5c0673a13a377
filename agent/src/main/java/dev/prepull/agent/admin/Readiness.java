package dev.prepull.agent.admin;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether the agent's Pod is ready: the node holds its whole plan, or has missed some of it for
 * longer than anybody shall wait. Without that limit a few nodes that cannot hold an image would
 * stop every update of the DaemonSet for ever, for it counts new Pods that are not ready as
 * unavailable. An agent that has no plan is not let off: what is wrong with it may be wrong with
 * all that would be updated next. Thread-safe.
 *
 * @see <a href="https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/">rolling update
 *     of a DaemonSet</a>
 */
public final class Readiness {

  private final PlanBoard board;
  private final Duration timeout;
  private final LongSupplier nanos;

  /** When images were first found missing; null while none is. */
  private @Nullable Long missingSince;

  /**
   * Nothing was asked yet.
   *
   * @param timeout how long missing images count; zero to let them never count
   * @param nanos a clock that only goes forward
   */
  public Readiness(PlanBoard board, Duration timeout, LongSupplier nanos) {
    this.board = board;
    this.timeout = timeout;
    this.nanos = nanos;
  }

  /**
   * What a probe is told.
   *
   * @param words why, for a human
   */
  record Answer(boolean ready, String words) {}

  /** To be asked every few seconds: what nobody asks about is not noticed. */
  synchronized Answer ask() {
    String missing = board.whatIsMissing().orElse(null);
    if (missing == null || board.planned().isEmpty()) {
      missingSince = null;
      return missing == null ? new Answer(true, "ok") : new Answer(false, missing);
    }
    long now = nanos.getAsLong();
    if (missingSince == null) {
      missingSince = now;
    }
    return now - missingSince < timeout.toNanos()
        ? new Answer(false, missing)
        : new Answer(true, "ok, because --ready-timeout is over, but only " + missing);
  }
}
