package dev.prepull.controller.reconcile;

import dev.prepull.controller.status.RolloutStatus;

/** Shows the status to the world. Must not block; may skip all but the newest. */
@FunctionalInterface
public interface StatusSink {

  /** This is the status now. */
  void publish(RolloutStatus status);
}
