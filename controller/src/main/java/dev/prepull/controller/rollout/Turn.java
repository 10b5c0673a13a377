package dev.prepull.controller.rollout;

import dev.prepull.model.PullPermit.Purpose;
import java.util.BitSet;

/**
 * What one image may begin now.
 *
 * @param candidates the nodes that may be chosen; of these the caller leaves out those that cannot
 *     be reached or have no room
 * @param most how many of them may be chosen
 * @param order how they are chosen
 */
record Turn(Purpose purpose, BitSet candidates, int most, Order order) {

  /** Which nodes come first. */
  enum Order {
    /** Nodes in different zones, few at a time: they stand for all others. */
    CANARY,
    /** Round the fleet, from a place that is the image's own. */
    ROUND
  }
}
