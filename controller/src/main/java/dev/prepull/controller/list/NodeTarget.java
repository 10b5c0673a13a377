package dev.prepull.controller.list;

import dev.prepull.model.Platform;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes an image is meant for; all conditions must hold.
 *
 * @param nodeSelector labels that a node must have
 * @param affinity terms of which one must match; empty for any node
 * @param tolerations taints that are no hindrance; null for every taint, empty for none
 * @param platforms platforms of which the node must be one; empty for any
 */
public record NodeTarget(
    Map<String, String> nodeSelector,
    List<NodeSelectorTerm> affinity,
    @Nullable List<Toleration> tolerations,
    List<Platform> platforms) {

  /** Every node. */
  public static final NodeTarget ANY = new NodeTarget(Map.of(), List.of(), null, List.of());

  /** Copies the collections. */
  public NodeTarget {
    nodeSelector = Collections.unmodifiableSortedMap(new TreeMap<>(nodeSelector));
    affinity = List.copyOf(affinity);
    tolerations = tolerations == null ? null : List.copyOf(tolerations);
    platforms = List.copyOf(platforms);
  }
}
