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
  private final Map<NodeName, PlanHolding> holdings = new HashMap<>();
  private int desired;
  private int attached;
  private int complete;

  private StatusFold(Map<ImageReference, WaveStatus> waves) {
    this.waves = waves;
  }

  /**
   * What comes of it.
   *
   * @param holdings of every node that there is a plan for
   */
  public record Folded(RolloutStatus status, Map<NodeName, PlanHolding> holdings) {}

  /**
   * The status at the moment of the observation; images and nodes are sorted by name. An image that
   * no node is meant to hold is shown with zero nodes.
   */
  public static RolloutStatus of(Observation observation) {
    return fold(observation).status();
  }

  /** The same, and which nodes hold their plan. */
  public static Folded fold(Observation observation) {
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
    return new Folded(
        new RolloutStatus(
            observation.at(),
            observation.doctor(),
            observation.lists(),
            new RolloutStatus.Nodes(fold.desired, fold.attached, fold.complete),
            images),
        fold.holdings);
  }

  private ImageTally tally(ImageReference reference) {
    return tallies.computeIfAbsent(reference, key -> new ImageTally(key, waves.get(key)));
  }

  private void add(NodeName node, NodePlan plan, Observation.@Nullable Holdings reported) {
    PlanHolding holding = PlanHolding.HELD;
    if (!plan.images().isEmpty()) {
      desired++;
      attached += reported == null ? 0 : 1;
      boolean holdsAll = reported != null;
      Iterator<ImageTally> tallied = tallies(plan).iterator();
      for (PlannedImage planned : plan.images()) {
        ImageTally tally = tallied.next();
        ImageReport report = reported == null ? null : reported.reports().get(planned.reference());
        holding = holding.and(tally.holding(report));
        holdsAll &= tally.add(node, planned, judged(planned.reference(), reported, report));
      }
      complete += holdsAll ? 1 : 0;
    }
    holdings.put(node, holding);
  }

  /** Most nodes share a plan with others, and finding the tallies is what takes the time. */
  private List<ImageTally> tallies(NodePlan plan) {
    return talliesOfPlan.computeIfAbsent(
        plan, key -> key.images().stream().map(planned -> tally(planned.reference())).toList());
  }

  /** What a connected agent has not spoken of counts as waiting. */
  private static @Nullable ImageReport judged(
      ImageReference reference,
      Observation.@Nullable Holdings reported,
      @Nullable ImageReport report) {
    return report == null && reported != null
        ? ImageReport.of(reference, ImageState.WAITING)
        : report;
  }
}
