package dev.prepull.controller.rollout;

import dev.prepull.controller.plan.PlannedFleet;
import dev.prepull.model.NodeHello;
import dev.prepull.model.NodeName;
import dev.prepull.model.NodePlan;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The nodes and their ordinals, small numbers by which sets of nodes are kept as bits. A node keeps
 * its ordinal as long as it is planned for or attached; afterwards another node may get it. Belongs
 * to the reconcile loop.
 */
final class FleetNodes {

  /** What an agent pulls now, and as much again, so that it never waits for the controller. */
  private static final int PERMITS_PER_PULL = 2;

  private final Map<NodeName, FleetNode> byName = new HashMap<>();
  private final List<@Nullable FleetNode> byOrdinal = new ArrayList<>();
  private final BitSet vacant = new BitSet();
  private final BitSet reachable = new BitSet();
  private final BitSet full = new BitSet();
  private Set<NodeName> planned = Set.of();

  Optional<FleetNode> find(NodeName name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** The node of that ordinal, which must be in use. */
  FleetNode at(int ordinal) {
    FleetNode node = byOrdinal.get(ordinal);
    if (node == null) {
      throw new IllegalStateException("no node has the ordinal " + ordinal);
    }
    return node;
  }

  /** Those whose agent is attached and knows its plan. Not to be changed. */
  BitSet reachable() {
    return reachable;
  }

  /** Those that can be given another permit. */
  BitSet withRoom() {
    BitSet withRoom = (BitSet) reachable.clone();
    withRoom.andNot(full);
    return withRoom;
  }

  /** The node holds that many permits now. */
  void permits(FleetNode node, int permits) {
    full.set(node.ordinal(), permits >= node.permitLimit());
  }

  /** More than every ordinal in use. */
  int span() {
    return byOrdinal.size();
  }

  /** The nodes are these now. */
  void planned(PlannedFleet fleet) {
    planned = fleet.plans().keySet();
    for (NodeName name : planned) {
      enrol(name).zone(fleet.zoneOf(name));
    }
    for (FleetNode node : List.copyOf(byName.values())) {
      strike(node);
    }
  }

  FleetNode attached(NodeHello hello) {
    FleetNode node = enrol(hello.node());
    node.attached(hello.platform(), PERMITS_PER_PULL * Math.max(1, hello.maxConcurrentPulls()));
    reachable.clear(node.ordinal());
    full.clear(node.ordinal());
    return node;
  }

  void brought(FleetNode node, NodePlan plan) {
    node.brought(plan);
    reachable.set(node.ordinal());
  }

  /** The agent does not go by its plan. */
  void refused(FleetNode node) {
    reachable.clear(node.ordinal());
  }

  void detached(FleetNode node) {
    node.detached();
    reachable.clear(node.ordinal());
    strike(node);
  }

  private FleetNode enrol(NodeName name) {
    FleetNode known = byName.get(name);
    if (known != null) {
      return known;
    }
    int free = vacant.nextSetBit(0);
    int ordinal = free < 0 ? byOrdinal.size() : free;
    FleetNode node = new FleetNode(ordinal, name);
    byName.put(name, node);
    if (free < 0) {
      byOrdinal.add(node);
    } else {
      vacant.clear(free);
      byOrdinal.set(free, node);
    }
    return node;
  }

  private void strike(FleetNode node) {
    if (!node.isAttached() && !planned.contains(node.name())) {
      byName.remove(node.name());
      byOrdinal.set(node.ordinal(), null);
      vacant.set(node.ordinal());
    }
  }
}
