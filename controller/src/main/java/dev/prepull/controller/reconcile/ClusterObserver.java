package dev.prepull.controller.reconcile;

import dev.prepull.controller.list.RawList;
import dev.prepull.controller.plan.NodeInfo;
import java.util.List;

/** Is told what the cluster holds: always the whole, never a difference. Any thread may call. */
public interface ClusterObserver {

  /** These labelled ConfigMaps exist now; a list that is not among them is gone. */
  void listsObserved(List<RawList> lists);

  /**
   * The source of the lists cannot be read at all; what was observed before stays in force. The
   * next {@link #listsObserved} ends it.
   *
   * @param problem what was tried, on what, and why it failed
   */
  void listsUnreadable(String problem);

  /** These nodes exist now. */
  void nodesObserved(List<NodeInfo> nodes);
}
