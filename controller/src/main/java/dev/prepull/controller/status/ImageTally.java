package dev.prepull.controller.status;

import dev.prepull.controller.plan.DigestLock;
import dev.prepull.controller.status.WaveStatus.Phase;
import dev.prepull.model.DriftPolicy;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.NodeName;
import dev.prepull.model.PlannedImage;
import dev.prepull.model.PullProblem;
import dev.prepull.model.PullReason;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts one image over its nodes. */
final class ImageTally {

  private static final int NODES_NAMED = 10;

  private static final WaveStatus NOT_BEGUN = new WaveStatus(null, Phase.LOCKING, null, null);

  private final ImageReference reference;
  private final WaveStatus wave;
  private final int[] counts = new int[ImageState.values().length];
  private final Map<PullReason, Failures> failures = new EnumMap<>(PullReason.class);
  private int desired;
  private int unknown;
  private int leftDrifted;

  /** Counts nothing yet; the wave is null when the image has none. */
  ImageTally(ImageReference reference, @Nullable WaveStatus wave) {
    this.reference = reference;
    this.wave = wave == null ? NOT_BEGUN : wave;
  }

  ImageReference reference() {
    return reference;
  }

  /**
   * Takes in what a node says; null when its agent is not connected.
   *
   * @return whether the node holds the image as planned, as far as is known
   */
  boolean add(NodeName node, PlannedImage planned, @Nullable ImageReport report) {
    desired++;
    if (report == null) {
      unknown++;
      return false;
    }
    ImageState state = judged(report);
    counts[state.ordinal()]++;
    if (state == ImageState.DRIFTED && planned.policy().onDrift() == DriftPolicy.REPORT) {
      leftDrifted++;
    }
    PullProblem problem = report.problem();
    if (problem != null) {
      failures
          .computeIfAbsent(problem.reason(), ignored -> new Failures(problem.message()))
          .add(node);
    }
    return state == ImageState.PRESENT;
  }

  /**
   * Whether that node holds the image; null when it has said nothing of it. What is as locked is
   * held even while the registry is asked for something newer.
   */
  PlanHolding holding(@Nullable ImageReport report) {
    DigestLock lock = wave.lock();
    if (report == null || (lock == null && report.state() == ImageState.PRESENT)) {
      return PlanHolding.UNKNOWN;
    }
    return lock != null && lock.digest().equals(report.digest())
        ? PlanHolding.HELD
        : PlanHolding.LACKING;
  }

  /** An agent that has not heard of a new lock yet still calls its old digest present. */
  private ImageState judged(ImageReport report) {
    DigestLock lock = wave.lock();
    boolean another = lock != null && !lock.digest().equals(report.digest());
    return report.state() == ImageState.PRESENT && another ? ImageState.DRIFTED : report.state();
  }

  RolloutStatus.ImageStatus status(List<String> lists) {
    DigestLock lock = wave.lock();
    String stalled = stalled();
    return new RolloutStatus.ImageStatus(
        reference.written(),
        lists,
        lock == null ? null : lock.digest().value(),
        lock == null ? null : lock.lockedAt().truncatedTo(ChronoUnit.SECONDS),
        lock == null ? null : lock.lockedBy(),
        lock != null && desired > 0 && count(ImageState.PRESENT) == desired,
        (stalled == null ? wave.phase() : Phase.STALLED).word(),
        stalled,
        new RolloutStatus.Counts(
            desired,
            count(ImageState.PRESENT),
            count(ImageState.PULLING),
            count(ImageState.WAITING) + count(ImageState.GRANTED),
            count(ImageState.FAILED),
            count(ImageState.BLOCKED),
            count(ImageState.DRIFTED),
            unknown),
        failureStatuses());
  }

  /** Nodes whose drift is only to be reported hold up the image once nothing else moves. */
  private @Nullable String stalled() {
    int moving =
        count(ImageState.WAITING)
            + count(ImageState.GRANTED)
            + count(ImageState.PULLING)
            + count(ImageState.DRIFTED)
            - leftDrifted;
    return wave.stalledBecause() == null && leftDrifted > 0 && moving == 0
        ? "onDrift: Report leaves another digest on %d of %d nodes".formatted(leftDrifted, desired)
        : wave.stalledBecause();
  }

  private List<RolloutStatus.Failure> failureStatuses() {
    List<RolloutStatus.Failure> statuses = new ArrayList<>();
    failures.forEach((reason, nodes) -> statuses.add(nodes.status(reason)));
    RolloutStatus.Failure look = wave.lookFailure();
    // The node that looked may still say so itself.
    if (look != null && statuses.stream().noneMatch(f -> f.reason().equals(look.reason()))) {
      statuses.add(look);
    }
    return statuses;
  }

  private int count(ImageState state) {
    return counts[state.ordinal()];
  }

  /** Nodes that fail for one reason. */
  private static final class Failures {
    private final String message;
    private final List<String> nodes = new ArrayList<>();
    private int count;

    Failures(String message) {
      this.message = message;
    }

    void add(NodeName node) {
      count++;
      if (nodes.size() < NODES_NAMED) {
        nodes.add(node.value());
      }
    }

    RolloutStatus.Failure status(PullReason reason) {
      return new RolloutStatus.Failure(reason.word(), count, message, nodes);
    }
  }
}
