package dev.prepull.controller.status;

import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.NodeName;
import dev.prepull.model.NodePlan;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Everything that a status is made of, at one moment.
 *
 * @param doctor what operators should know
 * @param plans what each node shall hold
 * @param listsOf the ConfigMaps that ask for an image
 * @param holdings what the nodes with a connected agent say
 * @param waves how far each image has spread, its lock included; an image that no node is meant to
 *     hold may be missing
 */
public record Observation(
    Instant at,
    List<String> doctor,
    List<RolloutStatus.ListStatus> lists,
    Map<NodeName, NodePlan> plans,
    Map<ImageReference, List<String>> listsOf,
    Map<NodeName, Holdings> holdings,
    Map<ImageReference, WaveStatus> waves) {

  /** What an agent reported of its node, by image. */
  public record Holdings(Map<ImageReference, ImageReport> reports) {}
}
