package dev.prepull.agent.puller;

import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImagePolicy;
import dev.prepull.model.ImageReference;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one pull is to do.
 *
 * @param target the digest that the reference shall resolve to; null to take whatever the registry
 *     says now
 * @param permit by which it is done; zero when the node helps itself
 * @param blobs what the target consists of; empty when nobody knows
 * @param policy the plan's word when the pull began
 */
record PullTask(
    ImageReference reference,
    @Nullable ImageDigest target,
    long permit,
    List<ImageBlob> blobs,
    ImagePolicy policy) {

  /** Whether the registry is asked what the reference means. */
  boolean looks() {
    return target == null;
  }
}
