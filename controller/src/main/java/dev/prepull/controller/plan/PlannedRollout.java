package dev.prepull.controller.plan;

import dev.prepull.model.ImageReference;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How one image is to spread over its nodes, as all lists that ask for it wish together; shares of
 * the nodes are counted out.
 *
 * @param reference as the first list writes it; a lock is good for this text alone
 * @param priority higher first
 * @param refreshInterval how often the registry is asked what the reference means; null for never
 * @param targetedNodes nodes that the image is meant for
 * @param canaryNodes nodes that try it first; 0 for none
 * @param maxNodesPulling nodes that pull it at the same time, at least one
 * @param failureTolerance failed nodes past which it spreads no further
 * @param maxPullsPerRegistry pulls from its registry host at the same time, of all images together
 */
public record PlannedRollout(
    ImageReference reference,
    int priority,
    @Nullable Duration refreshInterval,
    int targetedNodes,
    int canaryNodes,
    int maxNodesPulling,
    int failureTolerance,
    int maxPullsPerRegistry) {}
