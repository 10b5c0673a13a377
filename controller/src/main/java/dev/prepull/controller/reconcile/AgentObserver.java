package dev.prepull.controller.reconcile;

import dev.prepull.model.ImageReport;
import dev.prepull.model.NodeHello;
import dev.prepull.model.PlanRevision;
import java.util.List;

/**
 * Is told what agents do. Calls may come from any thread; for one session they come in order,
 * {@link #attached} first and {@link #detached} last.
 */
public interface AgentObserver {

  /** An agent has proven its identity and introduced its node. It may replace an older session. */
  void attached(AgentSession session, NodeHello hello);

  /** The agent tells news of some of its images. */
  void reported(AgentSession session, List<ImageReport> reports);

  /** The agent works by that plan now. */
  void acknowledged(AgentSession session, PlanRevision revision);

  /** The agent cannot work by that plan and keeps the one before. */
  void rejected(AgentSession session, PlanRevision revision, String error);

  /** The stream is gone. */
  void detached(AgentSession session);
}
