package dev.prepull.controller.list;

/**
 * How the images of a list spread over the nodes.
 *
 * @param canaryNodes nodes that try an image first; 0 for none
 * @param maxNodesPulling nodes that pull one image at the same time
 * @param maxPullsPerRegistry pulls from one registry host at the same time, over all nodes
 * @param failureTolerance failed nodes past which an image spreads no further
 */
public record RolloutSettings(
    int canaryNodes, Share maxNodesPulling, int maxPullsPerRegistry, Share failureTolerance) {

  /** What holds when a list says nothing. */
  public static final RolloutSettings DEFAULT =
      new RolloutSettings(1, new Share.Percent(25), 50, new Share.Percent(10));
}
