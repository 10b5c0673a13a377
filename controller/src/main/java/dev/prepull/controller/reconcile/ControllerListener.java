package dev.prepull.controller.reconcile;

import dev.prepull.controller.rollout.RolloutFigures;
import dev.prepull.controller.status.RolloutStatus;
import java.time.Duration;

/** Is told what the loop does, for metrics. Called on the loop; must not block. */
public interface ControllerListener {

  /** Lists or nodes have changed and every node's plan was computed anew. */
  void planned(int nodes, int plansSent, Duration took);

  /** This is the status now. */
  void statusChanged(RolloutStatus status);

  /** This is how far the rollouts are now. */
  default void rolling(RolloutFigures figures) {}
}
