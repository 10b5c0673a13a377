package dev.prepull.model;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a node treats one image.
 *
 * @param priority higher first
 * @param pin whether to protect the image from the kubelet's garbage collection
 * @param maxSizeBytes compressed bytes over which the image is refused; null for no limit
 * @param pullTimeout how long a pull may show no progress; never a limit on its total time
 */
public record ImagePolicy(
    PullPolicy pullPolicy,
    int priority,
    boolean pin,
    @Nullable Long maxSizeBytes,
    Duration pullTimeout,
    RemovalPolicy onRemoval,
    DriftPolicy onDrift) {

  /** What holds when a list says nothing. */
  public static final ImagePolicy DEFAULT =
      new ImagePolicy(
          PullPolicy.IF_NOT_PRESENT,
          0,
          false,
          null,
          Duration.ofMinutes(30),
          RemovalPolicy.KEEP,
          DriftPolicy.CONVERGE);
}
