package dev.prepull.controller.rollout;

import dev.prepull.model.NodeName;
import dev.prepull.model.NodePlan;
import dev.prepull.model.Platform;
import org.jspecify.annotations.Nullable;

/** One node as the waves see it. Belongs to the reconcile loop. */
final class FleetNode {

  private final int ordinal;
  private final NodeName name;
  private final int hash;
  private String zone = "";
  private @Nullable Platform platform;
  private @Nullable NodePlan plan;
  private int permitLimit;

  FleetNode(int ordinal, NodeName name) {
    this.ordinal = ordinal;
    this.name = name;
    this.hash = name.value().hashCode();
  }

  /** Stands for the node in every set of nodes. */
  int ordinal() {
    return ordinal;
  }

  NodeName name() {
    return name;
  }

  /** The same in every process. */
  int hash() {
    return hash;
  }

  /** The failure domain; the empty string when it states none. */
  String zone() {
    return zone;
  }

  void zone(String newZone) {
    zone = newZone;
  }

  /** Null while no agent is attached. */
  @Nullable Platform platform() {
    return platform;
  }

  /** How many permits it may hold at the same time; 0 while no agent is attached. */
  int permitLimit() {
    return permitLimit;
  }

  /** The plan that its agent was sent; null when none was. */
  @Nullable NodePlan plan() {
    return plan;
  }

  boolean isAttached() {
    return platform != null;
  }

  void attached(Platform newPlatform, int newPermitLimit) {
    platform = newPlatform;
    permitLimit = newPermitLimit;
    plan = null;
  }

  void brought(NodePlan newPlan) {
    plan = newPlan;
  }

  void detached() {
    platform = null;
    permitLimit = 0;
    plan = null;
  }
}
