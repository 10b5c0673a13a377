package dev.prepull.controller.rollout;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whether enough is known of an image to begin with it: all nodes that it is meant for have been
 * heard, or a while has passed since the first of them attached. Begins anew when none is left.
 * Belongs to the reconcile loop.
 */
final class Settling {

  /** Agents that lost their controller are back within this time. */
  static final Duration LIMIT = Duration.ofSeconds(3);

  private @Nullable Instant since;
  private boolean settled;

  /** Looks at the fleet as it is now. */
  boolean isSettled(boolean someReachable, boolean allHeard, Instant now) {
    if (!someReachable) {
      since = null;
      settled = false;
      return false;
    }
    if (since == null) {
      since = now;
    }
    settled = settled || allHeard || !now.isBefore(since.plus(LIMIT));
    return settled;
  }

  /** When the while is over; null when nothing is waited for. */
  @Nullable Instant deadline() {
    return settled || since == null ? null : since.plus(LIMIT);
  }

  void beginAnew() {
    since = null;
    settled = false;
  }
}
