package dev.prepull.controller.rollout;

import dev.prepull.controller.plan.DigestLock;
import dev.prepull.controller.plan.PlannedFleet;
import dev.prepull.controller.plan.PlannedRollout;
import dev.prepull.controller.status.WaveStatus;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.NodeHello;
import dev.prepull.model.NodeName;
import dev.prepull.model.NodePlan;
import java.time.Instant;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All images on their way over the fleet: is told what happens, and says in {@link #look} which
 * locks and permits follow from it.
 *
 * <p>What happens changes sets only; a look goes over the images in order of priority and reads
 * those sets. Belongs to the reconcile loop. Time and chance are given, so that the same history
 * always has the same orders.
 */
public final class Rollouts {

  /** Says what an agent has last said of an image. */
  @FunctionalInterface
  public interface Reports {
    /** The newest report; null when there is none. */
    @Nullable ImageReport of(NodeName node, ImageReference reference);
  }

  private final FleetNodes nodes = new FleetNodes();
  private final Map<ImageReference, ImageWave> waves = new HashMap<>();
  private final LockBook locks;
  private final LockNews news;
  private final Registries registries;
  private final PermitDesk permits;
  private final PullOutcomes outcomes;
  private final PermitScheduler scheduler;
  private List<ImageWave> byPriority = List.of();

  /**
   * Rollouts of a process that begins now.
   *
   * @param known the locks of the one before
   */
  public Rollouts(Collection<DigestLock> known, Instant began, RandomGenerator random) {
    KnownBlobs blobs = new KnownBlobs();
    locks = new LockBook(known);
    news = new LockNews(locks);
    registries = new Registries(random);
    permits = new PermitDesk(began, nodes, registries, waves);
    outcomes = new PullOutcomes(locks, news, registries, blobs);
    scheduler = new PermitScheduler(nodes, locks, news, registries, permits, blobs);
  }

  // --- what happens -----------------------------------------------------------------------------

  /**
   * All lists are known, and this is to be held now. The locks of images that are gone, or are
   * written differently, go with it.
   */
  public void planned(PlannedFleet fleet, Reports reports, Instant now) {
    nodes.planned(fleet);
    registries.planned(fleet.rollouts().values());
    news.planned();
    Map<ImageReference, ImageReference> wanted = new HashMap<>();
    fleet
        .rollouts()
        .values()
        .forEach(rollout -> wanted.put(rollout.reference(), rollout.reference()));
    locks.retain(wanted);
    for (ImageWave wave : List.copyOf(waves.values())) {
      if (!wanted.containsKey(wave.reference())) {
        permits.endAll(wave, wave.targeted());
        waves.remove(wave.reference());
      }
    }
    Targets targets = Targets.of(fleet, nodes);
    for (PlannedRollout rollout : fleet.rollouts().values()) {
      plan(rollout, targets, reports, now);
    }
    byPriority =
        waves.values().stream()
            .sorted(
                Comparator.<ImageWave>comparingInt(wave -> wave.rollout().priority())
                    .reversed()
                    .thenComparing(ImageWave::reference))
            .toList();
  }

  private void plan(PlannedRollout rollout, Targets targets, Reports reports, Instant now) {
    ImageReference reference = rollout.reference();
    ImageWave wave = waves.computeIfAbsent(reference, ignored -> new ImageWave(rollout));
    BitSet left = (BitSet) wave.targeted().clone();
    left.andNot(targets.of(reference));
    permits.endAll(wave, left);
    BitSet entered = wave.target(rollout, targets.of(reference), targets.onlyReported(reference));
    lockOrUnlock(wave, now);
    // An agent may have spoken before its node was planned for; and an image may leave a plan and
    // come back before the agent has noticed.
    for (int at = entered.nextSetBit(0); at >= 0; at = entered.nextSetBit(at + 1)) {
      ImageReport report = reports.of(nodes.at(at).name(), reference);
      if (report != null) {
        observe(wave, nodes.at(at), report, now);
      }
    }
  }

  private void lockOrUnlock(ImageWave wave, Instant now) {
    ImageReference reference = wave.reference();
    if (locks.byItself(reference, now)) {
      news.changed(reference);
    }
    ImageDigest locked = locks.of(reference).map(DigestLock::digest).orElse(null);
    if (locked == null && wave.digest() != null) {
      wave.unlock();
    } else {
      wave.lock(locked);
    }
  }

  /** An agent has attached; whatever an older stream of its node was given is void. */
  public void attached(NodeHello hello) {
    detached(hello.node());
    nodes.attached(hello);
  }

  /** The agent was sent that plan, with all of {@link #locksOf}. */
  public void brought(NodeName name, NodePlan plan) {
    nodes.find(name).ifPresent(node -> nodes.brought(node, plan));
  }

  /** The agent cannot read its plan: until it is brought another it is given nothing. */
  public void refused(NodeName name) {
    nodes
        .find(name)
        .ifPresent(node -> {
          permits.endAll(node);
          nodes.refused(node);
        });
  }

  /** The newest stream of that node is gone, and with it its permits. */
  public void detached(NodeName name) {
    nodes
        .find(name)
        .ifPresent(node -> {
          permits.endAll(node);
          waves.values().forEach(wave -> wave.forget(node.ordinal()));
          nodes.detached(node);
        });
  }

  /**
   * An agent says this of an image.
   *
   * @return what of it is worth keeping: not what the image consists of, nor the failure of a look,
   *     which says nothing of what the node holds
   */
  public ImageReport reported(NodeName name, ImageReport report, Instant now) {
    ImageWave wave = waves.get(report.reference());
    FleetNode node = nodes.find(name).orElse(null);
    return wave == null || node == null || !wave.isMeantFor(node.ordinal())
        ? kept(report, report.reference(), report.digest())
        : observe(wave, node, report, now);
  }

  private ImageReport observe(ImageWave wave, FleetNode node, ImageReport report, Instant now) {
    ImageDigest digest = wave.observe(node.ordinal(), report);
    permits
        .reported(wave, node, report, now)
        .ifPresent(permit -> outcomes.ended(wave, node, permit, report, now));
    return kept(report, wave.reference(), digest);
  }

  /** Many nodes say the same: what they have in common is kept once. */
  private static ImageReport kept(
      ImageReport report, ImageReference reference, @Nullable ImageDigest digest) {
    return new ImageReport(
        reference,
        report.state(),
        digest,
        report.sizeBytes(),
        report.progress(),
        report.began(),
        PullOutcomes.lookProblem(report) == null ? report.problem() : null,
        report.permit(),
        List.of());
  }

  // --- what follows -----------------------------------------------------------------------------

  /** What agents are to be told now; each change of a lock and each permit is told once. */
  public Orders look(Instant now) {
    return scheduler.look(byPriority, now);
  }

  /** The known locks of the plan's images; one object for all who share the plan. */
  public Map<ImageReference, ImageDigest> locksOf(NodePlan plan) {
    return news.allOf(plan);
  }

  // --- what there is to see ---------------------------------------------------------------------

  /** All locks, by reference; they must outlive this process. */
  public List<DigestLock> locks() {
    return locks.all();
  }

  /** How far each image has spread. */
  public Map<ImageReference, WaveStatus> statuses() {
    Map<ImageReference, WaveStatus> statuses = new HashMap<>();
    for (ImageWave wave : byPriority) {
      statuses.put(
          wave.reference(),
          new WaveStatus(
              locks.of(wave.reference()).orElse(null),
              wave.phase(nodes.reachable()),
              wave.stalledBecause(),
              wave.looks().failure()));
    }
    return statuses;
  }

  /** The rollouts in numbers. */
  public RolloutFigures figures(Instant now) {
    return new RolloutFigures(permits.inUse(), registries.paused(now));
  }
}
