package dev.prepull.controller.rollout;

/**
 * The rollouts in numbers.
 *
 * @param permitsInUse permits that have not ended
 * @param locks images whose digest is known
 * @param stalledImages images that spread no further because they fail
 * @param pausedRegistries hosts that are left alone for a while
 */
public record RolloutFigures(
    int permitsInUse, int locks, int stalledImages, int pausedRegistries) {}
