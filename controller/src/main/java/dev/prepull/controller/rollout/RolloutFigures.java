package dev.prepull.controller.rollout;

/**
 * What the status does not tell of the rollouts, in numbers.
 *
 * @param permitsInUse permits that have not ended
 * @param pausedRegistries hosts that are left alone for a while
 */
public record RolloutFigures(int permitsInUse, int pausedRegistries) {}
