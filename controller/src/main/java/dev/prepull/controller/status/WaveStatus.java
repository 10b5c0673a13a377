package dev.prepull.controller.status;

import dev.prepull.controller.plan.DigestLock;
import org.jspecify.annotations.Nullable;

/**
 * How far an image has spread.
 *
 * @param lock null until the digest is known
 * @param stalledBecause why it spreads no further; null unless {@link Phase#STALLED}
 * @param lookFailure why the registry could not be asked anew; null when it could
 */
public record WaveStatus(
    @Nullable DigestLock lock,
    Phase phase,
    @Nullable String stalledBecause,
    RolloutStatus.@Nullable Failure lookFailure) {

  /** The stages of a wave. */
  public enum Phase {
    /** The digest is being found. */
    LOCKING("Locking"),
    /** The canary nodes try it. */
    CANARY("Canary"),
    /** It spreads over the other nodes. */
    WIDENING("Widening"),
    /** Too many nodes fail: it spreads no further. */
    STALLED("Stalled"),
    /** Every connected node that it is meant for holds it. */
    COMPLETE("Complete");

    private final String word;

    Phase(String word) {
      this.word = word;
    }

    /** The word as users see it. */
    public String word() {
      return word;
    }
  }
}
