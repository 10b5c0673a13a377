package dev.prepull.controller.reconcile;

import dev.prepull.model.ImageReference;
import dev.prepull.model.NodePlan;
import java.util.Collection;

/**
 * A connected agent, as the loop speaks to it. Methods never block; a slow peer gets the newest
 * plan only.
 */
public interface AgentSession {

  /** Makes this the agent's plan. A plan that was not sent yet is replaced. */
  void send(NodePlan plan);

  /** Lets the agent pull these images of its plan. Grants that were not sent yet add up. */
  void grant(Collection<ImageReference> references);

  /** Ends the stream; the agent will attach again. */
  void close(String why);
}
