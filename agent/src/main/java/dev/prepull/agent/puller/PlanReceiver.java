package dev.prepull.agent.puller;

import dev.prepull.credentials.NodeCredentials;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PullPermit;
import java.util.Collection;
import java.util.Map;

/** Takes what the controller wants of this node. Any thread may call. */
public interface PlanReceiver {

  /** This is the node's plan now. */
  void plan(NodePlan plan);

  /**
   * These are the credentials for images of the plan; replaces what was told before. They come
   * after the plan, and before the locks and permits of the same stream.
   */
  void credentials(NodeCredentials credentials);

  /**
   * These images of the plan shall resolve to these digests; adds to, and replaces, what was told
   * before.
   */
  void lock(Map<ImageReference, ImageDigest> locks);

  /** Leave to pull these images of the plan, each once. */
  void permit(Collection<PullPermit> permits);

  /** Whether the controller is there to give leave; if not, the node helps itself. */
  void attached(boolean attached);
}
