package dev.prepull.controller.reconcile;

import dev.prepull.controller.plan.DigestLock;
import dev.prepull.controller.status.RolloutStatus;
import java.util.Collection;

/** Shows the status to the world. Must not block; may skip all but the newest. */
@FunctionalInterface
public interface StatusSink {

  /** This is the status now, and these are the locks, which must outlive this process. */
  void publish(RolloutStatus status, Collection<DigestLock> locks);
}
