package dev.prepull.controller.status;

import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.NodeName;
import dev.prepull.model.PullProblem;
import dev.prepull.model.PullReason;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Counts one image over its nodes. */
final class ImageTally {

  private static final int NODES_NAMED = 10;

  private final ImageReference reference;
  private final Map<ImageState, Integer> counts = new EnumMap<>(ImageState.class);
  private final Map<PullReason, Failures> failures = new EnumMap<>(PullReason.class);
  private final Set<ImageDigest> digests = new TreeSet<>();
  private boolean digestMissing;
  private int desired;
  private int unknown;

  ImageTally(ImageReference reference) {
    this.reference = reference;
  }

  ImageReference reference() {
    return reference;
  }

  /** Takes in what a node says; null when its agent is not connected. */
  void add(NodeName node, @Nullable ImageReport report) {
    desired++;
    if (report == null) {
      unknown++;
      return;
    }
    counts.merge(report.state(), 1, Integer::sum);
    if (report.state() == ImageState.PRESENT) {
      addDigest(report.digest());
    }
    PullProblem problem = report.problem();
    if (problem != null) {
      failures
          .computeIfAbsent(problem.reason(), ignored -> new Failures(problem.message()))
          .add(node);
    }
  }

  private void addDigest(@Nullable ImageDigest digest) {
    if (digest == null) {
      digestMissing = true;
    } else {
      digests.add(digest);
    }
  }

  RolloutStatus.ImageStatus status(List<String> lists) {
    boolean agreed = digests.size() == 1 && !digestMissing;
    return new RolloutStatus.ImageStatus(
        reference.written(),
        lists,
        agreed ? digests.iterator().next().value() : null,
        null,
        null,
        agreed && count(ImageState.PRESENT) == desired,
        new RolloutStatus.Counts(
            desired,
            count(ImageState.PRESENT),
            count(ImageState.PULLING),
            count(ImageState.WAITING) + count(ImageState.GRANTED),
            count(ImageState.FAILED),
            count(ImageState.BLOCKED),
            count(ImageState.DRIFTED),
            unknown),
        failures.entrySet().stream().map(e -> e.getValue().status(e.getKey())).toList());
  }

  private int count(ImageState state) {
    return counts.getOrDefault(state, 0);
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
