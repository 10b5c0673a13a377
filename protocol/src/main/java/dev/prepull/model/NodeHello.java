package dev.prepull.model;

import java.util.List;
import java.util.Map;

/**
 * How an agent introduces its node.
 *
 * @param labels labels given to the agent by flag; they count only where no API server tells them
 * @param maxConcurrentPulls pulls that the node runs at the same time
 * @param inventory every image that the runtime holds at that moment
 */
public record NodeHello(
    NodeName node,
    RuntimeInfo runtime,
    Platform platform,
    String agentVersion,
    Map<String, String> labels,
    int maxConcurrentPulls,
    List<HeldImage> inventory) {

  /** Copies the collections. */
  public NodeHello {
    labels = Map.copyOf(labels);
    inventory = List.copyOf(inventory);
  }
}
