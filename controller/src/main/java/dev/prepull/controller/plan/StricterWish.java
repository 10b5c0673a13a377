package dev.prepull.controller.plan;

import dev.prepull.model.DriftPolicy;
import dev.prepull.model.ImagePolicy;
import dev.prepull.model.PullPolicy;
import dev.prepull.model.RemovalPolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Merges what several lists wish for the same image on the same node. Field by field the stricter
 * wish wins: Always over IfNotPresent, the higher priority, pinned over not, the smaller maxSize,
 * the longer pullTimeout, Keep over Delete, Converge over Report.
 */
final class StricterWish {

  private StricterWish() {}

  static ImagePolicy of(ImagePolicy left, ImagePolicy right) {
    return new ImagePolicy(
        left.pullPolicy() == PullPolicy.ALWAYS ? left.pullPolicy() : right.pullPolicy(),
        Math.max(left.priority(), right.priority()),
        left.pin() || right.pin(),
        smaller(left.maxSizeBytes(), right.maxSizeBytes()),
        longer(left.pullTimeout(), right.pullTimeout()),
        left.onRemoval() == RemovalPolicy.KEEP ? left.onRemoval() : right.onRemoval(),
        left.onDrift() == DriftPolicy.CONVERGE ? left.onDrift() : right.onDrift());
  }

  private static @Nullable Long smaller(@Nullable Long left, @Nullable Long right) {
    if (left == null || right == null) {
      return left == null ? right : left;
    }
    return Math.min(left, right);
  }

  private static Duration longer(Duration left, Duration right) {
    return left.compareTo(right) >= 0 ? left : right;
  }
}
