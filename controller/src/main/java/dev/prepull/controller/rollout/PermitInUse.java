package dev.prepull.controller.rollout;

import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullPermit.Purpose;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A permit that has not ended.
 *
 * @param node the ordinal of the node that holds it
 * @param lock what was locked when it was given; null for nothing
 * @param taken whether the node has said that it works by it
 */
record PermitInUse(
    long id,
    int node,
    ImageReference reference,
    Purpose purpose,
    @Nullable ImageDigest lock,
    Instant given,
    boolean taken) {

  PermitInUse asTaken() {
    return new PermitInUse(id, node, reference, purpose, lock, given, true);
  }
}
