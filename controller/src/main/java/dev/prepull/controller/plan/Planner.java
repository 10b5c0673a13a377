package dev.prepull.controller.plan;

import dev.prepull.controller.list.ImageEntry;
import dev.prepull.controller.list.NodeTarget;
import dev.prepull.controller.list.PrePullList;
import dev.prepull.model.ImagePolicy;
import dev.prepull.model.ImageReference;
import dev.prepull.model.NodeName;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlannedImage;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Plans: from lists and nodes to one plan per node. Pure.
 *
 * <p>Entries with the same target match the same nodes, so each distinct target is decided once per
 * node; nodes for which the same targets matched share one plan.
 */
public final class Planner {

  private static final String ZONE_LABEL = "topology.kubernetes.io/zone";

  private final Map<NodeTarget, Integer> targets = new HashMap<>();
  private final List<List<ImageEntry>> entriesOfTarget = new ArrayList<>();

  private Planner(Collection<PrePullList> lists) {
    for (PrePullList list : lists) {
      for (ImageEntry entry : list.images()) {
        int index = targets.computeIfAbsent(entry.target(), target -> targets.size());
        if (index == entriesOfTarget.size()) {
          entriesOfTarget.add(new ArrayList<>());
        }
        entriesOfTarget.get(index).add(entry);
      }
    }
  }

  /** The plans of all nodes. */
  public static PlannedFleet plan(Collection<PrePullList> lists, Collection<NodeInfo> nodes) {
    // Of an image that is written in two ways, the first list's way counts: not the caller's order.
    List<PrePullList> sorted =
        lists.stream().sorted(Comparator.comparing(PrePullList::name)).toList();
    TreeMap<NodeName, NodePlan> plans = new Planner(sorted).plans(nodes);
    return new PlannedFleet(plans, listsOf(sorted), rollouts(sorted, plans.values()), zones(nodes));
  }

  private TreeMap<NodeName, NodePlan> plans(Collection<NodeInfo> nodes) {
    TreeMap<NodeName, NodePlan> plans = new TreeMap<>();
    Map<BitSet, NodePlan> known = new HashMap<>();
    for (NodeInfo node : nodes) {
      BitSet matched = new BitSet(targets.size());
      targets.forEach((target, index) -> matched.set(index, NodeMatch.matches(target, node)));
      plans.put(node.name(), known.computeIfAbsent(matched, this::planOf));
    }
    return plans;
  }

  private NodePlan planOf(BitSet matched) {
    Map<ImageReference, ImagePolicy> wishes = new TreeMap<>();
    matched.stream()
        .mapToObj(entriesOfTarget::get)
        .flatMap(List::stream)
        .forEach(entry -> wishes.merge(entry.reference(), entry.policy(), StricterWish::of));
    return NodePlan.of(
        wishes.entrySet().stream()
            .map(wish -> new PlannedImage(wish.getKey(), wish.getValue()))
            .toList());
  }

  private static TreeMap<ImageReference, PlannedRollout> rollouts(
      Collection<PrePullList> lists, Collection<NodePlan> plans) {
    Map<ImageReference, Integer> targeted = targetedNodes(plans);
    TreeMap<ImageReference, StricterRollout> wishes = new TreeMap<>();
    for (PrePullList list : lists) {
      for (ImageEntry entry : list.images()) {
        wishes
            .computeIfAbsent(entry.reference(), reference -> new StricterRollout())
            .add(list.rollout(), entry);
      }
    }
    TreeMap<ImageReference, PlannedRollout> rollouts = new TreeMap<>();
    wishes.forEach(
        (reference, wish) -> rollouts.put(reference, wish.of(targeted.getOrDefault(reference, 0))));
    return rollouts;
  }

  private static Map<ImageReference, Integer> targetedNodes(Collection<NodePlan> plans) {
    Map<NodePlan, Integer> nodesOfPlan = new IdentityHashMap<>();
    plans.forEach(plan -> nodesOfPlan.merge(plan, 1, Integer::sum));
    Map<ImageReference, Integer> targeted = new HashMap<>();
    nodesOfPlan.forEach((plan, nodes) ->
        plan.images().forEach(image -> targeted.merge(image.reference(), nodes, Integer::sum)));
    return targeted;
  }

  private static TreeMap<NodeName, String> zones(Collection<NodeInfo> nodes) {
    TreeMap<NodeName, String> zones = new TreeMap<>();
    for (NodeInfo node : nodes) {
      String zone = node.labels().get(ZONE_LABEL);
      if (zone != null) {
        zones.put(node.name(), zone);
      }
    }
    return zones;
  }

  private static TreeMap<ImageReference, List<String>> listsOf(Collection<PrePullList> lists) {
    TreeMap<ImageReference, List<String>> listsOf = new TreeMap<>();
    for (PrePullList list : lists) {
      for (ImageEntry entry : list.images()) {
        listsOf.computeIfAbsent(entry.reference(), reference -> new ArrayList<>()).add(list.name());
      }
    }
    listsOf.replaceAll((reference, names) -> names.stream().sorted().toList());
    return listsOf;
  }
}
