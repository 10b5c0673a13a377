package dev.prepull.controller.reconcile;

/** Tells whoever edited a ConfigMap what became of it. Must not block. */
@FunctionalInterface
public interface ListEvents {

  /** What there is to tell. */
  enum Kind {
    /** A new version is in force. */
    ACCEPTED("Accepted", false),
    /** A new version is refused; the last good one stays in force. */
    REJECTED("Rejected", true),
    /** Every targeted node holds every image of the list with its locked digest. */
    ROLLOUT_COMPLETE("RolloutComplete", false),
    /** An image spreads no further, or fails on nodes when all else is done. */
    ROLLOUT_STALLED("RolloutStalled", true),
    /** A Secret, a ServiceAccount or a token that the list's images need cannot be used. */
    CREDENTIAL_PROBLEM("CredentialProblem", true);

    private final String reason;
    private final boolean warning;

    Kind(String reason, boolean warning) {
      this.reason = reason;
      this.warning = warning;
    }

    /** The Event's reason. */
    public String reason() {
      return reason;
    }

    /** Whether the Event is of type Warning. */
    public boolean isWarning() {
      return warning;
    }
  }

  /** Records an Event on that ConfigMap. */
  void record(String configMap, Kind kind, String message);
}
