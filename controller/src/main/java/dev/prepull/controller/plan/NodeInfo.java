package dev.prepull.controller.plan;

import dev.prepull.model.NodeName;
import dev.prepull.model.Platform;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A node as the planner sees it.
 *
 * @param labels sorted by key
 * @param uid another one when the node was replaced under the same name; empty when not known
 */
public record NodeInfo(
    NodeName name, Platform platform, Map<String, String> labels, List<Taint> taints, String uid) {

  /** Copies and sorts. */
  public NodeInfo {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    taints = List.copyOf(taints);
  }

  /** A node without a uid. */
  public NodeInfo(
      NodeName name, Platform platform, Map<String, String> labels, List<Taint> taints) {
    this(name, platform, labels, taints, "");
  }

  /**
   * A taint, in the words of the Kubernetes API.
   *
   * @param value may be empty
   * @param effect {@code NoSchedule}, {@code PreferNoSchedule} or {@code NoExecute}
   */
  public record Taint(String key, String value, String effect) {}
}
