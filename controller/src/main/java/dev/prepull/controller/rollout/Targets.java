package dev.prepull.controller.rollout;

import dev.prepull.controller.plan.PlannedFleet;
import dev.prepull.model.DriftPolicy;
import dev.prepull.model.ImageReference;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlannedImage;
import java.util.BitSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which nodes each image is meant for. Nodes that share a plan are counted in together. */
final class Targets {

  private final Map<ImageReference, BitSet> targeted = new HashMap<>();
  private final Map<ImageReference, BitSet> onlyReported = new HashMap<>();

  private Targets() {}

  /** The nodes of the fleet, all of which have an ordinal. */
  static Targets of(PlannedFleet fleet, FleetNodes nodes) {
    Map<NodePlan, BitSet> ofPlan = new IdentityHashMap<>();
    fleet
        .plans()
        .forEach((name, plan) ->
            nodes
                .find(name)
                .ifPresent(node ->
                    ofPlan.computeIfAbsent(plan, ignored -> new BitSet()).set(node.ordinal())));
    Targets targets = new Targets();
    ofPlan.forEach((plan, its) -> plan.images().forEach(image -> targets.add(image, its)));
    return targets;
  }

  private void add(PlannedImage image, BitSet nodes) {
    targeted.computeIfAbsent(image.reference(), ignored -> new BitSet()).or(nodes);
    if (image.policy().onDrift() == DriftPolicy.REPORT) {
      onlyReported.computeIfAbsent(image.reference(), ignored -> new BitSet()).or(nodes);
    }
  }

  /** A set of the caller's own. */
  BitSet of(ImageReference reference) {
    return copy(targeted.get(reference));
  }

  /** Those of them that are left alone when they hold another digest; a set of the caller's own. */
  BitSet onlyReported(ImageReference reference) {
    return copy(onlyReported.get(reference));
  }

  private static BitSet copy(@Nullable BitSet set) {
    return set == null ? new BitSet() : (BitSet) set.clone();
  }
}
