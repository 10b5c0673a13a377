package dev.prepull.controller.rollout;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The earliest of several times to come. */
final class Earliest {

  private @Nullable Instant instant;

  void consider(@Nullable Instant other) {
    if (other != null && (instant == null || other.isBefore(instant))) {
      instant = other;
    }
  }

  /** Null when there was none. */
  @Nullable Instant instant() {
    return instant;
  }
}
