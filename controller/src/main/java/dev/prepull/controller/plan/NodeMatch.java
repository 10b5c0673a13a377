package dev.prepull.controller.plan;

import dev.prepull.controller.list.NodeSelectorTerm;
import dev.prepull.controller.list.NodeSelectorTerm.Requirement;
import dev.prepull.controller.list.NodeTarget;
import dev.prepull.controller.list.Toleration;
import dev.prepull.controller.plan.NodeInfo.Taint;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether an image is meant for a node, as the scheduler would for a Pod.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/">assigning
 *     Pods to nodes</a>
 */
final class NodeMatch {

  private static final String NODE_NAME_FIELD = "metadata.name";
  private static final String PREFER_NO_SCHEDULE = "PreferNoSchedule";

  /**
   * Taints that come and go with a node's condition. Pods of a DaemonSet tolerate them all, and so
   * do images: one that left a node's plan because its kubelet restarts, or because it is cordoned,
   * might be deleted there.
   *
   * @see <a href="https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/">taints that
   *     a DaemonSet's Pods tolerate</a>
   */
  private static final Set<String> PASSING_TAINTS =
      Set.of(
          "node.kubernetes.io/not-ready",
          "node.kubernetes.io/unreachable",
          "node.kubernetes.io/unschedulable",
          "node.kubernetes.io/network-unavailable",
          "node.kubernetes.io/disk-pressure",
          "node.kubernetes.io/memory-pressure",
          "node.kubernetes.io/pid-pressure",
          "node.cloudprovider.kubernetes.io/uninitialized");

  private NodeMatch() {}

  static boolean matches(NodeTarget target, NodeInfo node) {
    return node.labels().entrySet().containsAll(target.nodeSelector().entrySet())
        && (target.affinity().isEmpty()
            || target.affinity().stream().anyMatch(term -> matches(term, node)))
        && tolerates(target.tolerations(), node.taints())
        && (target.platforms().isEmpty()
            || target.platforms().stream().anyMatch(node.platform()::isA));
  }

  private static boolean matches(NodeSelectorTerm term, NodeInfo node) {
    if (term.matchExpressions().isEmpty() && term.matchFields().isEmpty()) {
      return false;
    }
    Map<String, String> fields = Map.of(NODE_NAME_FIELD, node.name().value());
    return term.matchExpressions().stream().allMatch(r -> holds(r, node.labels().get(r.key())))
        && term.matchFields().stream().allMatch(r -> holds(r, fields.get(r.key())));
  }

  private static boolean holds(Requirement requirement, @Nullable String actual) {
    List<String> values = requirement.values();
    return switch (requirement.operator()) {
      case IN -> actual != null && values.contains(actual);
      case NOT_IN -> actual == null || !values.contains(actual);
      case EXISTS -> actual != null;
      case DOES_NOT_EXIST -> actual == null;
      case GT -> actual != null && compare(actual, values.getFirst()) > 0;
      case LT -> actual != null && compare(actual, values.getFirst()) < 0;
    };
  }

  /** Compares whole numbers; a label that is none is neither greater nor less. */
  private static int compare(String actual, String value) {
    try {
      return Long.compare(Long.parseLong(actual), Long.parseLong(value));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static boolean tolerates(@Nullable List<Toleration> tolerations, List<Taint> taints) {
    return tolerations == null
        || taints.stream()
            .filter(taint -> !taint.effect().equals(PREFER_NO_SCHEDULE))
            .filter(taint -> !PASSING_TAINTS.contains(taint.key()))
            .allMatch(taint -> tolerations.stream().anyMatch(t -> tolerates(t, taint)));
  }

  private static boolean tolerates(Toleration toleration, Taint taint) {
    boolean effect = toleration.effect().isEmpty() || toleration.effect().equals(taint.effect());
    boolean key = toleration.key().isEmpty() || toleration.key().equals(taint.key());
    boolean value =
        switch (toleration.operator()) {
          case EXISTS -> true;
          case EQUAL -> toleration.value().equals(taint.value());
        };
    return effect && key && value;
  }
}
