package dev.prepull.controller.reconcile;

import dev.prepull.controller.reconcile.HoldingObserver.NodeHolding;
import dev.prepull.controller.status.PlanHolding;
import dev.prepull.model.NodeName;
import java.util.HashMap;
import java.util.Map;

/** Says of which Node each holding is, and tells no more than is known. Belongs to the loop. */
final class HoldingNews {

  private final HoldingObserver observer;
  private Map<NodeName, String> uids = Map.of();

  HoldingNews(HoldingObserver observer) {
    this.observer = observer;
  }

  /** Plans were made for these Nodes. */
  void planned(Map<NodeName, String> newUids) {
    uids = newUids;
  }

  /**
   * This came of the newest plans and reports.
   *
   * @param meaningful not while a list was never understood: nobody knows what nodes shall hold
   */
  void folded(Map<NodeName, PlanHolding> holdings, boolean meaningful) {
    if (observer == HoldingObserver.NONE) {
      return;
    }
    Map<NodeName, NodeHolding> told = new HashMap<>();
    if (meaningful) {
      holdings.forEach(
          (node, holding) -> told.put(node, new NodeHolding(uids.getOrDefault(node, ""), holding)));
    }
    observer.holdingsObserved(told);
  }
}
