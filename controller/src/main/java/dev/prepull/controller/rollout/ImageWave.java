package dev.prepull.controller.rollout;

import dev.prepull.controller.plan.DigestLock;
import dev.prepull.controller.plan.PlannedRollout;
import dev.prepull.controller.status.WaveStatus.Phase;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.PullPermit.Purpose;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One image on its way over the nodes that it is meant for.
 *
 * <pre>
 *   LOCKING ──digest known──► CANARY ──canaries hold it──► WIDENING ──all hold it──► COMPLETE
 *      └────────────────────────┴──────── too many fail ──────┴──► STALLED
 * </pre>
 *
 * The phase is never stored: it follows from what the nodes say. Belongs to the reconcile loop.
 */
final class ImageWave {

  /** Nodes that may fail for each canary before the image is not tried on others. */
  static final int TRIES_PER_CANARY = 3;

  /** How long a node is left alone that ended a pull well, and yet does not hold what is locked. */
  private static final Duration REST = Duration.ofSeconds(30);

  private final ImageHoldings holdings = new ImageHoldings();
  private final LookSchedule looks = new LookSchedule();
  private final Settling settling = new Settling();
  private final BitSet permitted = new BitSet();
  private final BitSet looking = new BitSet();
  private final Map<Integer, Instant> resting = new HashMap<>();
  private BitSet targeted = new BitSet();
  private BitSet reportOnly = new BitSet();
  private PlannedRollout rollout;
  private @Nullable ImageDigest digest;

  ImageWave(PlannedRollout rollout) {
    this.rollout = rollout;
  }

  // --- what the plan says

  ImageReference reference() {
    return rollout.reference();
  }

  PlannedRollout rollout() {
    return rollout;
  }

  /**
   * The image is meant for these nodes now.
   *
   * @param onlyReported those of them that are not to be touched when they hold something else
   * @return the nodes that were not targeted before
   */
  BitSet target(PlannedRollout newRollout, BitSet newTargeted, BitSet onlyReported) {
    rollout = newRollout;
    BitSet entered = (BitSet) newTargeted.clone();
    entered.andNot(targeted);
    targeted.andNot(newTargeted);
    for (int node = targeted.nextSetBit(0); node >= 0; node = targeted.nextSetBit(node + 1)) {
      forget(node);
    }
    targeted = newTargeted;
    reportOnly = onlyReported;
    return entered;
  }

  boolean isMeantFor(int node) {
    return targeted.get(node);
  }

  /** Nodes that the image is meant for. Not to be changed. */
  BitSet targeted() {
    return targeted;
  }

  // --- what the nodes say

  ImageHoldings holdings() {
    return holdings;
  }

  /** Takes in what a node says; returns its digest, one object for all nodes. */
  @Nullable ImageDigest observe(int node, ImageReport report) {
    return holdings.observe(node, report);
  }

  /** Nothing is known of the node any more. */
  void forget(int node) {
    holdings.forget(node);
    resting.remove(node);
  }

  // --- lock

  /** What is locked; null for nothing. */
  @Nullable ImageDigest digest() {
    return digest;
  }

  /** This is locked now; a digest that was not locked before begins a new wave. */
  void lock(@Nullable ImageDigest locked) {
    if (locked == null || !locked.equals(digest)) {
      digest = locked;
      holdings.lock(locked);
      resting.clear();
    }
  }

  /** Nothing is locked any more, and what the reference means is to be found out anew. */
  void unlock() {
    lock(null);
    looks.succeeded();
    settling.beginAnew();
  }

  /** Rule 2 and 3 begin when enough is known. */
  boolean isSettled(BitSet reachable, Instant now) {
    BitSet unheard = (BitSet) targeted.clone();
    unheard.andNot(holdings.heard());
    return settling.isSettled(targeted.intersects(reachable), unheard.isEmpty(), now);
  }

  boolean isBeingLookedAt() {
    return !looking.isEmpty();
  }

  LookSchedule looks() {
    return looks;
  }

  // --- permits

  void given(int node, Purpose purpose) {
    permitted.set(node);
    if (purpose == Purpose.LOOK) {
      looking.set(node);
    }
  }

  void ended(PermitInUse permit) {
    permitted.clear(permit.node());
    looking.clear(permit.node());
  }

  /** The pull ended well, and yet the node does not hold what is locked. */
  void rest(int node, Instant now) {
    resting.put(node, now.plus(REST));
  }

  /** Nodes that hold a permit for it. Not to be changed. */
  BitSet permitted() {
    return permitted;
  }

  int permits() {
    return permitted.cardinality();
  }

  // --- who may go

  /** Rules 3 and 4: who may ask the registry what the reference means; the image is settled. */
  Optional<Turn> lookTurn(@Nullable DigestLock lock, Instant now) {
    if (lock == null) {
      return looks.notBefore().isAfter(now)
          ? Optional.empty()
          : turn(Purpose.LOOK, askable(now), mostLooking());
    }
    Duration interval = rollout.refreshInterval();
    boolean due =
        interval != null
            && looking.isEmpty()
            && !looks.due(lock.lookedAt(), interval, now).isAfter(now);
    return due && permits() < widest()
        ? Optional.of(new Turn(Purpose.LOOK, askable(now), 1, Turn.Order.CANARY))
        : Optional.empty();
  }

  /** Who may pull what is locked; the image is settled. */
  Optional<Turn> pullTurn(Instant now) {
    return digest == null ? Optional.empty() : turn(Purpose.CONVERGE, wanting(now), widest());
  }

  private Optional<Turn> turn(Purpose purpose, BitSet candidates, int widest) {
    boolean stalled = isStalled();
    if (stalled) {
      candidates.and(holdings.failing());
    }
    int most = (stalled ? 1 : widest) - permits();
    if (most <= 0 || candidates.isEmpty()) {
      return Optional.empty();
    }
    boolean canary = purpose == Purpose.LOOK || lacksCanaries();
    return Optional.of(
        new Turn(purpose, candidates, most, canary ? Turn.Order.CANARY : Turn.Order.ROUND));
  }

  /** Nodes that would pull what is locked. */
  private BitSet wanting(Instant now) {
    BitSet wanting = holdings.strayed();
    wanting.andNot(reportOnly);
    wanting.or(holdings.waiting());
    leaveOutTheBusy(wanting, now);
    return wanting;
  }

  /** Nodes that could ask the registry; one whose image must not be touched only if need be. */
  private BitSet askable(Instant now) {
    BitSet askable = (BitSet) holdings.waiting().clone();
    BitSet holding = (BitSet) holdings.holding().clone();
    holding.andNot(reportOnly);
    askable.or(holding);
    leaveOutTheBusy(askable, now);
    if (askable.isEmpty()) {
      askable.or(holdings.holding());
      leaveOutTheBusy(askable, now);
    }
    return askable;
  }

  private void leaveOutTheBusy(BitSet nodes, Instant now) {
    nodes.andNot(permitted);
    resting.values().removeIf(until -> !until.isAfter(now));
    resting.keySet().forEach(nodes::clear);
  }

  private int widest() {
    return lacksCanaries()
        ? Math.min(rollout.canaryNodes(), rollout.maxNodesPulling())
        : rollout.maxNodesPulling();
  }

  private int mostLooking() {
    return Math.min(Math.max(1, rollout.canaryNodes()), rollout.maxNodesPulling());
  }

  /** Whether fewer nodes hold what is locked than shall have tried it before all others. */
  boolean lacksCanaries() {
    int canaries = Math.min(rollout.canaryNodes(), targeted.cardinality());
    return holdings.converged().cardinality() < canaries;
  }

  // --- where it stands

  /** Whether more nodes fail than are tolerated at this stage. */
  boolean isStalled() {
    return holdings.failing().cardinality() > tolerated();
  }

  private int tolerated() {
    boolean trying = digest == null || lacksCanaries();
    return trying
        ? Math.min(
            rollout.failureTolerance(), TRIES_PER_CANARY * Math.max(1, rollout.canaryNodes()))
        : rollout.failureTolerance();
  }

  /** The phase, where those nodes are the ones that can be reached. */
  Phase phase(BitSet reachable) {
    if (isStalled()) {
      return Phase.STALLED;
    }
    if (digest == null) {
      return Phase.LOCKING;
    }
    BitSet lacking = (BitSet) targeted.clone();
    lacking.and(reachable);
    lacking.andNot(holdings.converged());
    if (lacking.isEmpty() && !holdings.converged().isEmpty()) {
      return Phase.COMPLETE;
    }
    return lacksCanaries() ? Phase.CANARY : Phase.WIDENING;
  }

  @Nullable String stalledBecause() {
    return isStalled()
        ? "%d of %d nodes fail and %d may; only those that failed try again, one at a time"
            .formatted(holdings.failing().cardinality(), targeted.cardinality(), tolerated())
        : null;
  }

  /** When to look at the image again though nothing happens; null for never. */
  @Nullable Instant next(@Nullable DigestLock lock, Instant now) {
    Instant deadline = settling.deadline();
    if (deadline != null) {
      return deadline;
    }
    Instant next = resting.values().stream().min(Instant::compareTo).orElse(null);
    Instant look = looking.isEmpty() ? nextLook(lock, now) : null;
    return look != null && (next == null || look.isBefore(next)) ? look : next;
  }

  private @Nullable Instant nextLook(@Nullable DigestLock lock, Instant now) {
    Duration interval = rollout.refreshInterval();
    Instant due =
        lock == null
            ? looks.notBefore()
            : interval == null ? null : looks.due(lock.lookedAt(), interval, now);
    // What is due already waits for a node, and nodes speak up.
    return due != null && due.isAfter(now) ? due : null;
  }
}
