package dev.prepull.controller.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.list.ListParser;
import dev.prepull.controller.list.RawList;
import dev.prepull.controller.plan.DigestLock;
import dev.prepull.controller.plan.NodeInfo;
import dev.prepull.controller.rollout.RolloutFigures;
import dev.prepull.controller.status.RolloutStatus;
import dev.prepull.loop.EventLoop;
import dev.prepull.loop.FakeEventLoop;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.NodeName;
import dev.prepull.model.Platform;
import dev.prepull.model.PullPermit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A controller, nodes and registries that a seed drives. At every permit the limits are checked:
 * they may never be exceeded by what one controller gives on the streams that stand.
 */
final class SimWorld implements ControllerListener {

  static final int MOST_PULLING = 3;
  static final int MOST_PER_REGISTRY = 5;
  private static final String RESTLESS = "r2.example/restless:1";
  private static final List<String> IMAGES =
      List.of(
          "r1.example/app:1",
          "r1.example/base:1",
          "r1.example/tool@sha256:" + "d".repeat(64),
          RESTLESS,
          "r2.example/other:1");

  private final SplittableRandom random;
  private final FakeEventLoop loop = new FakeEventLoop();
  private final List<SimAgent> agents = new ArrayList<>();
  private final Map<ImageReference, Integer> pushes = new HashMap<>();
  private final Set<Long> ids = new HashSet<>();
  private final Set<String> wanted = new HashSet<>(IMAGES);
  private final Set<SimAgent> gone = new HashSet<>();
  private List<DigestLock> kept = List.of();
  private RolloutFigures figures = new RolloutFigures(0, 0);
  private MortalLoop process = new MortalLoop();
  private Reconciler controller;

  SimWorld(long seed, int nodes) {
    random = new SplittableRandom(seed);
    for (int i = 1; i <= nodes; i++) {
      agents.add(new SimAgent(this, "n" + i));
    }
    controller = begin();
  }

  /** The loop of one controller process: what it has not done when it ends is never done. */
  private final class MortalLoop implements EventLoop {
    private boolean dead;

    private Runnable unlessDead(Runnable task) {
      return () -> {
        if (!dead) {
          task.run();
        }
      };
    }

    @Override
    public void execute(Runnable task) {
      loop.execute(unlessDead(task));
    }

    @Override
    public Instant now() {
      return loop.now();
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
      return loop.after(delay, unlessDead(task));
    }
  }

  // --- the controller ---

  private Reconciler begin() {
    StatusSink sink = (status, locks) -> kept = List.copyOf(locks);
    Reconciler begun =
        new Reconciler(
            process,
            new Reconciler.World(sink, (list, kind, message) -> {}, this),
            new Reconciler.Credentials(new FakePullObjects(), RegistryTokens.NONE),
            kept,
            random.split());
    begun.nodesObserved(nodes());
    begun.listsObserved(List.of(list()));
    return begun;
  }

  private List<NodeInfo> nodes() {
    return agents.stream()
        .filter(agent -> !gone.contains(agent))
        .map(agent ->
            new NodeInfo(
                new NodeName(agent.name()),
                Platform.parse("linux/amd64"),
                Map.of("topology.kubernetes.io/zone", "zone-" + agents.indexOf(agent) % 3),
                List.of()))
        .toList();
  }

  private RawList list() {
    StringBuilder text =
        new StringBuilder(
            "rollout: {canaryNodes: 1, maxNodesPulling: %d, maxPullsPerRegistry: %d}\nimages:%s\n"
                .formatted(MOST_PULLING, MOST_PER_REGISTRY, wanted.isEmpty() ? " []" : ""));
    IMAGES.stream()
        .filter(wanted::contains)
        .forEach(image ->
            text.append("- {image: '%s', priority: %d".formatted(image, random.nextInt(3)))
                .append(image.equals(RESTLESS) ? ", pullPolicy: Always, refreshInterval: 1m" : "")
                .append("}\n"));
    return new RawList("apps", "1", Map.of(ListParser.FULL_KEY, text.toString()), Set.of());
  }

  @Override
  public void planned(int nodes, int plansSent, Duration took) {}

  @Override
  public void statusChanged(RolloutStatus status) {}

  @Override
  public void rolling(RolloutFigures newest) {
    figures = newest;
  }

  // --- what agents ask and tell ---

  boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  Instant now() {
    return loop.now();
  }

  /** What the registry says that the reference means. */
  ImageDigest registry(ImageReference image) {
    String push = Integer.toHexString(pushes.getOrDefault(image, 0) % 16);
    return image.digest().orElseGet(() -> new ImageDigest("sha256:" + push.repeat(64)));
  }

  void gives(SimAgent to, PullPermit permit) {
    assertThat(ids.add(permit.id()) && permit.id() != 0).as("id %d is new", permit.id()).isTrue();
    assertThat(to.permits())
        .as("%s has none for it", to.name())
        .noneMatch(other -> other.reference().equals(permit.reference()));
  }

  void hasGiven(Collection<PullPermit> permits) {
    for (PullPermit permit : permits) {
      ImageReference image = permit.reference();
      assertThat(inUse(other -> other.reference().equals(image)))
          .as("pulls of %s", image)
          .isLessThanOrEqualTo(MOST_PULLING);
      assertThat(
              inUse(other ->
                  other.reference().equals(image) && other.purpose() == PullPermit.Purpose.LOOK))
          .as("looks at %s", image)
          .isLessThanOrEqualTo(1);
      assertThat(inUse(other -> other.reference().registry().equals(image.registry())))
          .as("pulls from %s", image.registry())
          .isLessThanOrEqualTo(MOST_PER_REGISTRY);
    }
    assertThat(agents)
        .as("permits of one node")
        .allMatch(agent -> agent.permits().count() <= 2 * SimAgent.CONCURRENT_PULLS);
  }

  private long inUse(Predicate<PullPermit> which) {
    return agents.stream().flatMap(SimAgent::permits).filter(which).count();
  }

  // --- what happens ---

  /** Something happens, more often something common. */
  void happens() {
    SimAgent agent = agents.get(random.nextInt(agents.size()));
    ImageReference image = ImageReference.parse(IMAGES.get(random.nextInt(IMAGES.size())));
    switch (random.nextInt(40)) {
      case 0 -> agent.detach();
      case 1, 2, 3 -> agent.attach(controller);
      case 4 -> agent.die();
      case 5 -> agent.meddle(image, true);
      case 6 -> agent.meddle(image, false);
      case 7 -> pushes.merge(image, 1, Integer::sum);
      case 8 -> edit(image.written());
      case 9 -> restartSometimes();
      case 10 -> comeOrGo(agent);
      case 11, 12, 13 -> loop.advance(Duration.ofMillis(random.nextInt(1, 3000)));
      case 14, 15, 16, 17, 18, 19 -> agent.finish(image, !chance(4));
      default -> agent.deliver(random.nextInt(1, 6));
    }
    agents.forEach(SimAgent::tick);
    loop.run();
  }

  private void edit(String image) {
    if (!wanted.remove(image)) {
      wanted.add(image);
    }
    controller.listsObserved(List.of(list()));
    loop.advance(Reconciler.DEBOUNCE);
    if (!wanted.contains(image)) {
      agents.forEach(agent -> agent.unplanned(ImageReference.parse(image)));
    }
  }

  /** The cluster loses the node, or has it again; its agent goes on in any case. */
  private void comeOrGo(SimAgent agent) {
    if (!gone.remove(agent)) {
      gone.add(agent);
    }
    controller.nodesObserved(nodes());
    loop.advance(Reconciler.DEBOUNCE);
    if (gone.contains(agent)) {
      IMAGES.forEach(image -> agent.unplanned(ImageReference.parse(image)));
    }
  }

  private void restartSometimes() {
    if (chance(3)) {
      process.dead = true;
      agents.forEach(SimAgent::detach);
      process = new MortalLoop();
      controller = begin();
    }
  }

  /** All trouble ends, and time passes. */
  void comesToRest() {
    gone.clear();
    controller.nodesObserved(nodes());
    agents.stream().filter(agent -> !agent.isAttached()).forEach(agent -> agent.attach(controller));
    for (int round = 0; round < 100; round++) {
      for (SimAgent agent : agents) {
        agent.deliver(1000);
        IMAGES.forEach(image -> agent.finish(ImageReference.parse(image), true));
        agent.tick();
      }
      loop.advance(Duration.ofSeconds(round < 80 ? 10 : 0).plusMillis(500));
    }
  }

  // --- how it ends ---

  /** Every node holds, under each reference, the digest that the controller has locked. */
  void assertIdentical() {
    Map<ImageReference, ImageDigest> locks = new TreeMap<>();
    kept.forEach(lock -> locks.put(lock.reference(), lock.digest()));
    assertThat(locks.keySet()).extracting(ImageReference::written).hasSameElementsAs(wanted);
    assertThat(agents)
        .allSatisfy(agent -> {
          assertThat(agent.planned()).isEqualTo(locks.keySet());
          locks.forEach((image, digest) -> {
            assertThat(agent.lock(image)).as("lock on %s", agent).isEqualTo(digest);
            assertThat(agent.holds.get(image)).as("%s on %s", image, agent).isEqualTo(digest);
          });
        });
  }

  /** No permit is in use, neither as the controller counts nor as the nodes do. */
  void assertNoPermitIsLeft() {
    assertThat(agents).allMatch(SimAgent::isIdle);
    assertThat(figures.permitsInUse()).isZero();
  }
}
