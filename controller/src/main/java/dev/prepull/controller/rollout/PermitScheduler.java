package dev.prepull.controller.rollout;

import dev.prepull.controller.plan.DigestLock;
import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.NodePlan;
import dev.prepull.model.Platform;
import dev.prepull.model.PullPermit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Goes over the images in their order and gives out what may be given: locks on which the nodes
 * agree, and permits within the limits of image, node and registry. Belongs to the reconcile loop.
 */
final class PermitScheduler {

  private final FleetNodes nodes;
  private final LockBook locks;
  private final LockNews news;
  private final Registries registries;
  private final PermitDesk desk;
  private final KnownBlobs blobs;

  PermitScheduler(
      FleetNodes nodes,
      LockBook locks,
      LockNews news,
      Registries registries,
      PermitDesk desk,
      KnownBlobs blobs) {
    this.nodes = nodes;
    this.locks = locks;
    this.news = news;
    this.registries = registries;
    this.desk = desk;
    this.blobs = blobs;
  }

  /** What agents are to be told now; each change of a lock and each permit is told once. */
  Orders look(List<ImageWave> byPriority, Instant now) {
    desk.sweep(now);
    Map<Integer, List<PullPermit>> given = new TreeMap<>();
    Earliest next = new Earliest();
    for (ImageWave wave : byPriority) {
      if (wave.isSettled(nodes.reachable(), now)) {
        agree(wave, now);
        DigestLock lock = locks.of(wave.reference()).orElse(null);
        wave.lookTurn(lock, now).ifPresent(turn -> give(wave, turn, given, now));
        wave.pullTurn(now).ifPresent(turn -> give(wave, turn, given, now));
      }
      next.consider(wave.next(locks.of(wave.reference()).orElse(null), now));
    }
    registries.nextEnd(now).ifPresent(next::consider);
    desk.nextSweep().ifPresent(next::consider);
    List<Orders.Order> orders = orders(given);
    news.told();
    return new Orders(orders, next.instant());
  }

  /** Rule 2; a canary that asks the registry already is waited for. */
  private void agree(ImageWave wave, Instant now) {
    if (wave.digest() == null && !wave.isBeingLookedAt()) {
      wave.holdings()
          .agreed()
          .ifPresent(digest -> {
            int holders = wave.holdings().nodesWith(digest);
            locks.byAgreement(wave.reference(), digest, holders, now);
            wave.lock(digest);
            news.changed(wave.reference());
          });
    }
  }

  private void give(ImageWave wave, Turn turn, Map<Integer, List<PullPermit>> given, Instant now) {
    int room = registries.of(wave.reference().registry()).room(now);
    BitSet candidates = turn.candidates();
    candidates.and(nodes.withRoom());
    NodeChoice choice = new NodeChoice(wave, nodes);
    for (FleetNode node : choice.of(candidates, turn.order(), Math.min(turn.most(), room))) {
      PermitInUse permit = desk.give(wave, node, turn.purpose(), now);
      given
          .computeIfAbsent(node.ordinal(), ignored -> new ArrayList<>())
          .add(
              new PullPermit(permit.id(), wave.reference(), permit.purpose(), blobs(permit, node)));
    }
  }

  /** What is known of what the node is to pull; of what a look brings nothing can be known. */
  private List<ImageBlob> blobs(PermitInUse permit, FleetNode node) {
    ImageDigest lock = permit.lock();
    Platform platform = node.platform();
    return permit.purpose() == PullPermit.Purpose.LOOK || lock == null || platform == null
        ? List.of()
        : blobs.of(lock, platform);
  }

  private List<Orders.Order> orders(Map<Integer, List<PullPermit>> given) {
    List<Orders.Order> orders = new ArrayList<>();
    if (news.isEmpty()) {
      given.forEach(
          (at, permits) -> orders.add(new Orders.Order(nodes.at(at).name(), Map.of(), permits)));
      return orders;
    }
    BitSet reachable = nodes.reachable();
    for (int at = reachable.nextSetBit(0); at >= 0; at = reachable.nextSetBit(at + 1)) {
      FleetNode node = nodes.at(at);
      NodePlan plan = node.plan();
      Map<ImageReference, ImageDigest> changed = plan == null ? Map.of() : news.newsOf(plan);
      List<PullPermit> permits = given.getOrDefault(at, List.of());
      if (!changed.isEmpty() || !permits.isEmpty()) {
        orders.add(new Orders.Order(node.name(), changed, permits));
      }
    }
    return orders;
  }
}
