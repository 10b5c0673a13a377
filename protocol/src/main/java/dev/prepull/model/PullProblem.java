package dev.prepull.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What stands between an image and a node.
 *
 * @param message what was tried, on what, why it failed, and what to do
 * @param attempt how many pulls have failed in a row by now; of {@link PullReason#EVICTION_LOOP}
 *     how often in a row the image has disappeared
 * @param nextRetry when the next one begins; null when that depends on a condition
 */
public record PullProblem(
    PullReason reason, String message, int attempt, @Nullable Instant nextRetry) {}
