package dev.prepull.controller.status;

import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.NodeName;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlannedImage;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Folds plans and reports into the {@link RolloutStatus}. */
public final class StatusFold {

  private final Map<ImageReference, ImageTally> tallies = new TreeMap<>();
  private int desired;
  private int attached;
  private int complete;

  private StatusFold() {}

  /**
   * The status at the moment of the observation; images and nodes are sorted by name. An image that
   * no node is meant to hold is shown with zero nodes.
   */
  public static RolloutStatus of(Observation observation) {
    StatusFold fold = new StatusFold();
    observation
        .listsOf()
        .keySet()
        .forEach(reference -> fold.tallies.put(reference, new ImageTally(reference)));
    new TreeMap<>(observation.plans())
        .forEach((node, plan) -> fold.add(node, plan, observation.holdings().get(node)));
    List<RolloutStatus.ImageStatus> images =
        fold.tallies.values().stream()
            .map(tally ->
                tally.status(observation.listsOf().getOrDefault(tally.reference(), List.of())))
            .toList();
    return new RolloutStatus(
        observation.at(),
        observation.lists(),
        new RolloutStatus.Nodes(fold.desired, fold.attached, fold.complete),
        images);
  }

  private void add(NodeName node, NodePlan plan, Observation.@Nullable Holdings holdings) {
    if (plan.images().isEmpty()) {
      return;
    }
    desired++;
    attached += holdings == null ? 0 : 1;
    boolean holdsAll = holdings != null;
    for (PlannedImage planned : plan.images()) {
      ImageReference reference = planned.reference();
      ImageReport report =
          holdings == null
              ? null
              : holdings
                  .reports()
                  .getOrDefault(reference, ImageReport.of(reference, ImageState.WAITING));
      tallies.computeIfAbsent(reference, ImageTally::new).add(node, report);
      holdsAll &= report != null && report.state() == ImageState.PRESENT;
    }
    complete += holdsAll ? 1 : 0;
  }
}
