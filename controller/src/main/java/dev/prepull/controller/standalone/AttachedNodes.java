package dev.prepull.controller.standalone;

import dev.prepull.controller.plan.NodeInfo;
import dev.prepull.controller.reconcile.AgentObserver;
import dev.prepull.controller.reconcile.AgentSession;
import dev.prepull.controller.reconcile.ClusterObserver;
import dev.prepull.model.ImageReport;
import dev.prepull.model.NodeHello;
import dev.prepull.model.NodeName;
import dev.prepull.model.PlanRevision;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Takes the nodes from the agents that attach, where no API server tells them. A node whose agent
 * has gone stays: its state is unknown, not gone. Thread-safe.
 */
public final class AttachedNodes implements AgentObserver {

  private final AgentObserver agents;
  private final ClusterObserver cluster;
  private final SortedMap<NodeName, NodeInfo> nodes = new TreeMap<>();

  /** Passes everything on to {@code agents} and tells {@code cluster} of new nodes. */
  public AttachedNodes(AgentObserver agents, ClusterObserver cluster) {
    this.agents = agents;
    this.cluster = cluster;
    cluster.nodesObserved(List.of());
  }

  @Override
  public void attached(AgentSession session, NodeHello hello) {
    NodeInfo node = new NodeInfo(hello.node(), hello.platform(), labels(hello), List.of());
    synchronized (this) {
      nodes.put(hello.node(), node);
      cluster.nodesObserved(List.copyOf(nodes.values()));
    }
    agents.attached(session, hello);
  }

  /** The labels that every kubelet puts on its Node, and those that the agent was told. */
  private static Map<String, String> labels(NodeHello hello) {
    Map<String, String> labels = new HashMap<>();
    labels.put("kubernetes.io/hostname", hello.node().value());
    labels.put("kubernetes.io/os", hello.platform().os());
    labels.put("kubernetes.io/arch", hello.platform().architecture());
    labels.putAll(hello.labels());
    return labels;
  }

  @Override
  public void reported(AgentSession session, List<ImageReport> reports) {
    agents.reported(session, reports);
  }

  @Override
  public void acknowledged(AgentSession session, PlanRevision revision) {
    agents.acknowledged(session, revision);
  }

  @Override
  public void rejected(AgentSession session, PlanRevision revision, String error) {
    agents.rejected(session, revision, error);
  }

  @Override
  public void detached(AgentSession session) {
    agents.detached(session);
  }
}
