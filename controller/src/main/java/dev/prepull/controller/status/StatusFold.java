package dev.prepull.controller.status;

import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.NodeName;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlannedImage;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Folds plans and reports into the {@link RolloutStatus}. */
public final class StatusFold {

  private final Map<ImageReference, WaveStatus> waves;
  private final Map<ImageReference, ImageTally> tallies = new HashMap<>();
  private final Map<NodePlan, List<ImageTally>> talliesOfPlan = new IdentityHashMap<>();
  private int desired;
  private int attached;
  private int complete;

  private StatusFold(Map<ImageReference, WaveStatus> waves) {
    this.waves = waves;
  }

  /**
   * The status at the moment of the observation; images and nodes are sorted by name. An image that
   * no node is meant to hold is shown with zero nodes.
   */
  public static RolloutStatus of(Observation observation) {
    StatusFold fold = new StatusFold(observation.waves());
    observation.listsOf().keySet().forEach(fold::tally);
    new TreeMap<>(observation.plans())
        .forEach((node, plan) -> fold.add(node, plan, observation.holdings().get(node)));
    List<RolloutStatus.ImageStatus> images =
        fold.tallies.values().stream()
            .sorted(Comparator.comparing(ImageTally::reference))
            .map(tally ->
                tally.status(observation.listsOf().getOrDefault(tally.reference(), List.of())))
            .toList();
    return new RolloutStatus(
        observation.at(),
        observation.doctor(),
        observation.lists(),
        new RolloutStatus.Nodes(fold.desired, fold.attached, fold.complete),
        images);
  }

  private ImageTally tally(ImageReference reference) {
    return tallies.computeIfAbsent(reference, key -> new ImageTally(key, waves.get(key)));
  }

  private void add(NodeName node, NodePlan plan, Observation.@Nullable Holdings holdings) {
    if (plan.images().isEmpty()) {
      return;
    }
    desired++;
    attached += holdings == null ? 0 : 1;
    boolean holdsAll = holdings != null;
    Iterator<ImageTally> tallied = tallies(plan).iterator();
    for (PlannedImage planned : plan.images()) {
      holdsAll &= tallied.next().add(node, planned, report(planned.reference(), holdings));
    }
    complete += holdsAll ? 1 : 0;
  }

  /** Most nodes share a plan with others, and finding the tallies is what takes the time. */
  private List<ImageTally> tallies(NodePlan plan) {
    return talliesOfPlan.computeIfAbsent(
        plan, key -> key.images().stream().map(planned -> tally(planned.reference())).toList());
  }

  private static @Nullable ImageReport report(
      ImageReference reference, Observation.@Nullable Holdings holdings) {
    if (holdings == null) {
      return null;
    }
    ImageReport report = holdings.reports().get(reference);
    return report == null ? ImageReport.of(reference, ImageState.WAITING) : report;
  }
}
