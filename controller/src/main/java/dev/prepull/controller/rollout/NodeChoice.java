package dev.prepull.controller.rollout;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Chooses the nodes that begin with an image. Nodes on which it failed come last. The order is each
 * image's own, so that not one node is everybody's canary. Pure.
 */
final class NodeChoice {

  private final ImageWave wave;
  private final FleetNodes nodes;
  private final int salt;

  NodeChoice(ImageWave wave, FleetNodes nodes) {
    this.wave = wave;
    this.nodes = nodes;
    // After a look that told nothing another node asks.
    this.salt = mixed(wave.reference().canonical().hashCode() + wave.looks().failures());
  }

  /** At most that many of the candidates, best first. */
  List<FleetNode> of(BitSet candidates, Turn.Order order, int most) {
    return switch (order) {
      case CANARY -> canaries(candidates, most);
      case ROUND -> round(candidates, most);
    };
  }

  private List<FleetNode> canaries(BitSet candidates, int most) {
    BitSet left = (BitSet) candidates.clone();
    Set<String> zones = zonesInUse();
    List<FleetNode> chosen = new ArrayList<>();
    while (chosen.size() < most && !left.isEmpty()) {
      FleetNode next = nodes.at(first(left, zones));
      left.clear(next.ordinal());
      zones.add(next.zone());
      chosen.add(next);
    }
    return chosen;
  }

  private int first(BitSet candidates, Set<String> zones) {
    int first = -1;
    long least = Long.MAX_VALUE;
    for (int at = candidates.nextSetBit(0); at >= 0; at = candidates.nextSetBit(at + 1)) {
      long rank = rank(nodes.at(at), zones);
      if (rank < least) {
        least = rank;
        first = at;
      }
    }
    return first;
  }

  /** Failed nodes behind all others, then zones that have a canary, then chance. */
  private long rank(FleetNode node, Set<String> zones) {
    long failed = wave.holdings().failing().get(node.ordinal()) ? 1 : 0;
    long sameZone = !node.zone().isEmpty() && zones.contains(node.zone()) ? 1 : 0;
    return failed << 33 | sameZone << 32 | Integer.toUnsignedLong(mixed(node.hash() ^ salt));
  }

  private Set<String> zonesInUse() {
    BitSet canaries = (BitSet) wave.permitted().clone();
    if (wave.lacksCanaries()) {
      canaries.or(wave.holdings().converged());
    }
    Set<String> zones = new HashSet<>();
    for (int at = canaries.nextSetBit(0); at >= 0; at = canaries.nextSetBit(at + 1)) {
      zones.add(nodes.at(at).zone());
    }
    return zones;
  }

  private List<FleetNode> round(BitSet candidates, int most) {
    List<FleetNode> chosen = new ArrayList<>();
    BitSet fresh = (BitSet) candidates.clone();
    fresh.andNot(wave.holdings().failing());
    walk(fresh, most, chosen);
    BitSet failed = (BitSet) candidates.clone();
    failed.and(wave.holdings().failing());
    walk(failed, most, chosen);
    return chosen;
  }

  private void walk(BitSet candidates, int most, List<FleetNode> chosen) {
    int start = Math.floorMod(salt, Math.max(1, nodes.span()));
    for (int at = candidates.nextSetBit(start);
        at >= 0 && chosen.size() < most;
        at = candidates.nextSetBit(at + 1)) {
      chosen.add(nodes.at(at));
    }
    for (int at = candidates.nextSetBit(0);
        at >= 0 && at < start && chosen.size() < most;
        at = candidates.nextSetBit(at + 1)) {
      chosen.add(nodes.at(at));
    }
  }

  /** Spreads what is alike; the finalizer of MurmurHash3. */
  private static int mixed(int value) {
    int mixed = value;
    mixed = (mixed ^ (mixed >>> 16)) * 0x85ebca6b;
    mixed = (mixed ^ (mixed >>> 13)) * 0xc2b2ae35;
    return mixed ^ (mixed >>> 16);
  }
}
