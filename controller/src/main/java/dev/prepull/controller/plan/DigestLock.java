package dev.prepull.controller.plan;

import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import java.time.Instant;

/**
 * The digest that every node shall resolve a reference to.
 *
 * @param lockedBy how it was found, for humans: the node that asked the registry, or that the nodes
 *     agreed, or the reference itself
 * @param lookedAt when the registry was last asked what the reference means; {@code lockedAt} when
 *     nobody asked since
 */
public record DigestLock(
    ImageReference reference,
    ImageDigest digest,
    Instant lockedAt,
    String lockedBy,
    Instant lookedAt) {}
