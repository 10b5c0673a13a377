package dev.prepull.controller.reconcile;

import dev.prepull.controller.status.PlanHolding;
import dev.prepull.model.NodeName;
import java.util.Map;

/** Is told which nodes hold their plan. Called on the loop; must not block. */
@FunctionalInterface
public interface HoldingObserver {

  /** Where nobody needs to know. */
  HoldingObserver NONE = holdings -> {};

  /**
   * What is known of one node.
   *
   * @param uid of the Node that the plan was made for
   */
  record NodeHolding(String uid, PlanHolding holding) {}

  /** This is how it stands: always the whole. Of a node that is not among them nothing is known. */
  void holdingsObserved(Map<NodeName, NodeHolding> holdings);
}
