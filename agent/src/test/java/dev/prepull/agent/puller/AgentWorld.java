package dev.prepull.agent.puller;

import static dev.prepull.agent.puller.PullerFixture.byDigest;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.DriftPolicy;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImagePolicy;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlannedImage;
import dev.prepull.model.PullPermit;
import dev.prepull.model.PullPolicy;
import dev.prepull.model.PullReason;
import dev.prepull.model.RemovalPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A node, its runtime, its registry, a controller and somebody else on the node, all of which do
 * things in an order that a seed decides.
 */
final class AgentWorld {

  private static final long MIB = 1 << 20;
  private static final Set<ImageState> ACTIVE = EnumSet.of(ImageState.GRANTED, ImageState.PULLING);

  /** Twice as long as anything on the node waits. */
  private static final Duration LONG_ENOUGH = Duration.ofHours(1);

  private static final List<ImageReference> TAGS =
      Stream.of("app:1", "app:2", "web:1", "web:2", "db:1")
          .map(name -> ImageReference.parse("registry.example/team/" + name))
          .toList();
  private static final List<ImageDigest> DIGESTS =
      Stream.of('a', 'b', 'c').map(PullerFixture::digest).toList();

  private final PullerFixture node = new PullerFixture();
  private final Random random;

  // What the controller knows.
  private final Map<ImageReference, PlannedImage> plan = new HashMap<>();
  private final Map<ImageReference, ImageDigest> locks = new HashMap<>();
  private final Map<ImageReference, ImageState> states = new HashMap<>();
  private final Map<Long, ImageReference> permits = new HashMap<>();
  private final Set<Long> ended = new HashSet<>();
  private boolean attached = true;
  private long lastPermit;

  /** What each tag stood for when it was looked at last. */
  private final Map<ImageReference, ImageDigest> seen = new HashMap<>();

  /** Tags that somebody else pulled last. */
  private final Set<ImageReference> others = new HashSet<>();

  AgentWorld(long seed) {
    random = new Random(seed);
    for (ImageReference tag : TAGS) {
      DIGESTS.forEach(digest -> node.runtime.push(tag, digest));
    }
    node.filesystem.space(1_000 * MIB, 900 * MIB);
    node.runtime.midway(this::meanwhile);
  }

  // --- what happens -----------------------------------------------------------------------------

  /** One thing happens. */
  void happens() {
    switch (random.nextInt(16)) {
      case 0 -> editsPlan();
      case 1 -> locks(tag(), digest());
      case 2, 3, 4 -> grants();
      case 5 -> attaches(random.nextInt(3) != 0);
      case 6 -> node.runtime.down(random.nextInt(3) == 0);
      case 7 -> othersAct();
      case 8 -> registryActs();
      case 9 -> disk();
      case 10 -> restarts();
      case 11 -> node.loop.advance(Duration.ofSeconds(random.nextInt(120)));
      case 12 -> node.loop.advance(Duration.ofMillis(random.nextInt(1_000)));
      default -> aCallEnds();
    }
    node.loop.run();
    settles();
  }

  /** Half of a pull's bytes have come, and the world has not stood still. */
  private void meanwhile() {
    switch (random.nextInt(8)) {
      case 0 -> editsPlan();
      case 1 -> locks(tag(), digest());
      case 2 -> othersAct();
      case 3 -> attaches(random.nextBoolean());
      case 4 -> disk();
      case 5 -> node.loop.advance(Duration.ofMinutes(random.nextInt(40)));
      default -> {}
    }
    node.loop.run();
  }

  private void aCallEnds() {
    if (node.threads.underWay() > 0) {
      if (random.nextBoolean()) {
        node.threads.runOldest();
      } else {
        node.threads.runNewest();
      }
    }
  }

  private void othersAct() {
    looks();
    ImageReference tag = tag();
    switch (random.nextInt(4)) {
      case 0 -> node.runtime.untag(tag);
      case 1 -> {
        node.runtime.hold(tag, digest());
        if (isPulling(tag)) {
          others.remove(tag);
        } else {
          others.add(tag);
        }
      }
      case 2 -> {
        if (held(tag).isPresent()) {
          node.runtime.useByContainer(tag);
        }
      }
      default -> node.runtime.removeContainers();
    }
    remembers();
  }

  /** What both bring at the same time is the agent's as well. */
  private boolean isPulling(ImageReference tag) {
    return node.book.all().stream()
        .anyMatch(report -> report.reference().equals(tag) && report.state() == ImageState.PULLING);
  }

  private void registryActs() {
    ImageReference tag = tag();
    PullReason reason =
        List.of(PullReason.NOT_FOUND, PullReason.REGISTRY_UNAVAILABLE, PullReason.DISK_PRESSURE)
            .get(random.nextInt(3));
    switch (random.nextInt(4)) {
      case 0 -> node.failing(tag, reason);
      case 1 -> node.failing(byDigest(tag, digest()), reason);
      case 2 -> node.runtime.push(tag, digest());
      default -> node.runtime.heal();
    }
  }

  private void disk() {
    node.filesystem.space(1_000 * MIB, (100 + random.nextInt(800)) * MIB);
  }

  private void restarts() {
    boolean controllerIsThere = attached;
    attaches(false);
    node.restartAgent();
    node.book.all().forEach(report -> node.book.forgotten(report.reference()));
    if (controllerIsThere) {
      attaches(true);
    } else {
      node.puller.attached(false);
    }
  }

  // --- the controller ---------------------------------------------------------------------------

  private void editsPlan() {
    ImageReference tag = tag();
    if (plan.remove(tag) == null || random.nextBoolean()) {
      plan.put(tag, new PlannedImage(tag, policy()));
    } else {
      locks.remove(tag);
    }
    if (attached) {
      sendsPlan();
    }
  }

  private ImagePolicy policy() {
    return new ImagePolicy(
        PullPolicy.IF_NOT_PRESENT,
        random.nextInt(3),
        random.nextBoolean(),
        random.nextInt(4) == 0 ? 500L : null,
        ImagePolicy.DEFAULT.pullTimeout(),
        random.nextBoolean() ? RemovalPolicy.DELETE : RemovalPolicy.KEEP,
        random.nextInt(4) == 0 ? DriftPolicy.REPORT : DriftPolicy.CONVERGE);
  }

  private void sendsPlan() {
    node.puller.plan(NodePlan.of(List.copyOf(plan.values())));
    node.puller.lock(locks);
  }

  private void locks(ImageReference tag, ImageDigest digest) {
    if (plan.containsKey(tag)) {
      locks.put(tag, digest);
      if (attached) {
        node.puller.lock(Map.of(tag, digest));
      }
    }
  }

  /** Gives leave to one image that asks for it, now and then to one that does not. */
  private void grants() {
    List<ImageReference> tags = new ArrayList<>(plan.keySet());
    if (attached && !tags.isEmpty()) {
      grant(tags.get(random.nextInt(tags.size())), random.nextInt(4) == 0);
    }
  }

  private void grant(ImageReference tag, boolean look) {
    if (permits.containsValue(tag)) {
      return;
    }
    PullPermit.Purpose purpose =
        look || !locks.containsKey(tag) ? PullPermit.Purpose.LOOK : PullPermit.Purpose.CONVERGE;
    permits.put(++lastPermit, tag);
    node.puller.permit(List.of(new PullPermit(lastPermit, tag, purpose, List.of())));
  }

  private void attaches(boolean now) {
    if (now == attached) {
      return;
    }
    attached = now;
    permits.clear();
    states.clear();
    if (now) {
      node.book.restart();
      sendsPlan();
    }
    node.puller.attached(now);
  }

  /** The controller hears what the node has to say. */
  private void hears() {
    if (!attached) {
      return;
    }
    for (ImageReport report : node.book.drain(Integer.MAX_VALUE)) {
      states.put(report.reference(), report.state());
      if (!ACTIVE.contains(report.state())) {
        permits.remove(report.permit());
        ended.add(report.permit());
      } else if (report.permit() != 0) {
        assertThat(ended)
            .as("permits that the agent must not use again")
            .doesNotContain(report.permit());
        permits.put(report.permit(), report.reference());
      }
    }
  }

  // --- whose images they are --------------------------------------------------------------------

  private void settles() {
    looks();
    hears();
  }

  /** What has changed since was this agent's doing; what it took away must have been its own. */
  private void looks() {
    for (ImageReference tag : TAGS) {
      Optional<ImageDigest> now = held(tag);
      ImageDigest before = seen.get(tag);
      if (now.isEmpty() && before != null) {
        assertThat(others).as("tags that the agent must not delete").doesNotContain(tag);
      } else if (now.isPresent() && !now.get().equals(before)) {
        others.remove(tag);
      }
    }
    remembers();
  }

  private void remembers() {
    for (ImageReference tag : TAGS) {
      held(tag)
          .ifPresentOrElse(
              digest -> seen.put(tag, digest),
              () -> {
                seen.remove(tag);
                others.remove(tag);
              });
    }
  }

  private Optional<ImageDigest> held(ImageReference tag) {
    return Optional.ofNullable(node.runtime.names().get(tag.stored()));
  }

  private ImageReference tag() {
    return TAGS.get(random.nextInt(TAGS.size()));
  }

  private ImageDigest digest() {
    return DIGESTS.get(random.nextInt(DIGESTS.size()));
  }

  // --- the end ----------------------------------------------------------------------------------

  /** Nothing happens any more but what the node and a fair controller do. */
  void comesToRest() {
    node.runtime.midway(() -> {});
    node.runtime.heal();
    node.runtime.down(false);
    node.runtime.removeContainers();
    node.filesystem.space(1_000 * MIB, 900 * MIB);
    plan.replaceAll((tag, image) -> new PlannedImage(tag, unhindered(image.policy())));
    plan.keySet().forEach(tag -> locks.putIfAbsent(tag, digest()));
    attaches(true);
    sendsPlan();
    for (Duration waited = Duration.ZERO;
        waited.compareTo(LONG_ENOUGH) < 0;
        waited = waited.plus(PullerFixture.POLL)) {
      node.polled();
      settles();
      plan.keySet().stream()
          .filter(
              tag -> states.get(tag) == ImageState.WAITING || states.get(tag) == ImageState.DRIFTED)
          .forEach(tag -> grant(tag, false));
      node.finishAll();
      settles();
    }
  }

  private static ImagePolicy unhindered(ImagePolicy policy) {
    return new ImagePolicy(
        policy.pullPolicy(),
        policy.priority(),
        policy.pin(),
        null,
        policy.pullTimeout(),
        policy.onRemoval(),
        DriftPolicy.CONVERGE);
  }

  /** Every planned image is there by its lock, pinned as its entry says. */
  void assertIsAsPlanned() {
    plan.forEach((tag, image) -> {
      assertThat(node.state(tag)).as("%s", tag).isEqualTo(ImageState.PRESENT);
      assertThat(node.report(tag).digest()).as("%s", tag).isEqualTo(locks.get(tag));
      assertThat(held(tag)).as("%s", tag).contains(locks.get(tag));
    });
    plan.values().stream()
        .filter(image -> image.policy().pin())
        .forEach(image -> assertThat(node.isPinned(image.reference())).as("%s", image).isTrue());
    assertThat(node.book.all())
        .extracting(ImageReport::reference)
        .containsExactlyInAnyOrderElementsOf(plan.keySet());
  }

  /** Every permit has come to its end, and nothing is under way. */
  void assertNoPermitIsHeld() {
    assertThat(permits).isEmpty();
    assertThat(node.threads.underWay()).isZero();
  }

  /** Of what left the plan nothing is left that was the agent's to delete. */
  void assertNothingOfItsOwnIsLeft() {
    assertThat(node.journal.entries())
        .filteredOn(entry -> !plan.containsKey(entry.reference()))
        .noneMatch(entry -> entry.pinned() || entry.onRemoval() == RemovalPolicy.DELETE);
  }
}
