package dev.prepull.controller.rollout;

import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.NodeName;
import dev.prepull.model.PullPermit;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a look at all images has resulted in.
 *
 * @param next when to look again though nothing happens; null for never
 */
public record Orders(List<Order> orders, @Nullable Instant next) {

  /** Copies the orders. */
  public Orders {
    orders = List.copyOf(orders);
  }

  /**
   * What to tell one agent: the locks first, for it goes by them when a permit comes.
   *
   * @param locks those of its images that have changed; the same object for all agents that are
   *     told the same
   */
  public record Order(
      NodeName node, Map<ImageReference, ImageDigest> locks, List<PullPermit> permits) {

    /** Copies the permits. */
    public Order {
      permits = List.copyOf(permits);
    }
  }
}
