package dev.prepull.controller.plan;

import dev.prepull.model.ImageReference;
import dev.prepull.model.NodeName;
import dev.prepull.model.NodePlan;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What every node shall hold.
 *
 * @param plans one for each node; nodes that shall hold the same share one object
 * @param listsOf the lists that ask for an image, by name
 * @param rollouts how each image is to spread
 * @param zones the failure domain of each node that states one
 */
public record PlannedFleet(
    SortedMap<NodeName, NodePlan> plans,
    SortedMap<ImageReference, List<String>> listsOf,
    SortedMap<ImageReference, PlannedRollout> rollouts,
    SortedMap<NodeName, String> zones) {

  /** No nodes, no images. */
  public static final PlannedFleet EMPTY =
      new PlannedFleet(new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());

  /** Makes the maps read-only. */
  public PlannedFleet {
    plans = Collections.unmodifiableSortedMap(plans);
    listsOf = Collections.unmodifiableSortedMap(listsOf);
    rollouts = Collections.unmodifiableSortedMap(rollouts);
    zones = Collections.unmodifiableSortedMap(zones);
  }

  /** The plan of a node; an empty one for a node that is not known. */
  public NodePlan planOf(NodeName node) {
    return ((Map<NodeName, NodePlan>) plans).getOrDefault(node, NodePlan.EMPTY);
  }

  /** The failure domain of a node; the empty string when it states none. */
  public String zoneOf(NodeName node) {
    return ((Map<NodeName, String>) zones).getOrDefault(node, "");
  }
}
