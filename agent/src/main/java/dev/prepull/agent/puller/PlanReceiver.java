package dev.prepull.agent.puller;

import dev.prepull.model.ImageReference;
import dev.prepull.model.NodePlan;
import java.util.Collection;

/** Takes what the controller wants of this node. Any thread may call. */
public interface PlanReceiver {

  /** This is the node's plan now. */
  void plan(NodePlan plan);

  /** These images of the plan may be pulled. */
  void grant(Collection<ImageReference> references);
}
