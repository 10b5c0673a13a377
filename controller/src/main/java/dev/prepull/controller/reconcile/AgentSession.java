package dev.prepull.controller.reconcile;

import dev.prepull.credentials.NodeCredentials;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PullPermit;
import java.util.Collection;
import java.util.Map;

/**
 * A connected agent, as the loop speaks to it. Methods never block; a slow peer gets the newest
 * plan only.
 */
public interface AgentSession {

  /**
   * Makes this the agent's plan, with all locks of its images that are known. What was not sent yet
   * is replaced.
   *
   * @param locks not changed afterwards by anybody
   */
  void send(NodePlan plan, Map<ImageReference, ImageDigest> locks);

  /**
   * Replaces what registries are shown for images of the plan. What was not sent yet is replaced.
   */
  void show(NodeCredentials credentials);

  /**
   * Tells locks that are new or have changed. Those that were not sent yet are merged.
   *
   * @param locks not changed afterwards by anybody
   */
  void lock(Map<ImageReference, ImageDigest> locks);

  /** Lets the agent pull images of its plan. Permits that were not sent yet add up. */
  void permit(Collection<PullPermit> permits);

  /** Ends the stream; the agent will attach again. */
  void close(String why);
}
