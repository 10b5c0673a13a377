package dev.prepull.controller.reconcile;

import dev.prepull.controller.status.NodeStatus;
import dev.prepull.controller.status.RolloutStatus;
import dev.prepull.model.NodeName;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What the HTTP API may ask. Any thread may call; the answers are snapshots. */
public interface FleetView {

  /** Whether lists and nodes have been seen at least once, so that the answers mean something. */
  boolean isReady();

  /** The newest status. */
  CompletionStage<RolloutStatus> status();

  /** All nodes by name, without their images. */
  CompletionStage<List<NodeStatus>> nodes();

  /** One node with its images; empty when no such node is known. */
  CompletionStage<Optional<NodeStatus>> node(NodeName name);
}
