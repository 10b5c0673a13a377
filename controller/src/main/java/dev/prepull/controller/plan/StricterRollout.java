package dev.prepull.controller.plan;

import dev.prepull.controller.list.ImageEntry;
import dev.prepull.controller.list.RolloutSettings;
import dev.prepull.controller.list.Share;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Merges how several lists wish the same image to spread. Field by field the stricter wish wins:
 * more canaries, every smaller limit, the shorter interval.
 */
final class StricterRollout {

  private static final int HUNDRED = 100;

  /** What one list wishes. */
  private record Wish(RolloutSettings rollout, ImageEntry entry) {}

  private final List<Wish> wishes = new ArrayList<>();

  /** Takes in another list; of the written forms the first one counts. */
  void add(RolloutSettings rollout, ImageEntry entry) {
    wishes.add(new Wish(rollout, entry));
  }

  /** The merged wish, for an image that is meant for that many nodes. */
  PlannedRollout of(int targetedNodes) {
    ImageReference reference = wishes.getFirst().entry().reference();
    return new PlannedRollout(
        reference,
        wishes.stream().mapToInt(wish -> wish.entry().policy().priority()).max().orElseThrow(),
        // What a digest names never moves.
        reference.digest().isPresent() ? null : refreshInterval(),
        targetedNodes,
        wishes.stream().mapToInt(wish -> wish.rollout().canaryNodes()).max().orElseThrow(),
        Math.max(1, least(rollout -> nodes(rollout.maxNodesPulling(), targetedNodes))),
        least(rollout -> nodes(rollout.failureTolerance(), targetedNodes)),
        least(RolloutSettings::maxPullsPerRegistry));
  }

  private @Nullable Duration refreshInterval() {
    return wishes.stream()
        .map(Wish::entry)
        .filter(entry -> entry.policy().pullPolicy() == PullPolicy.ALWAYS)
        .map(ImageEntry::refreshInterval)
        .min(Comparator.naturalOrder())
        .orElse(null);
  }

  private int least(ToIntFunction<RolloutSettings> setting) {
    return wishes.stream().map(Wish::rollout).mapToInt(setting).min().orElseThrow();
  }

  /** A share that is no whole number of nodes is rounded up. */
  private static int nodes(Share share, int of) {
    return switch (share) {
      case Share.Count(int nodes) -> nodes;
      case Share.Percent(int percent) -> Math.ceilDiv(of * percent, HUNDRED);
    };
  }
}
