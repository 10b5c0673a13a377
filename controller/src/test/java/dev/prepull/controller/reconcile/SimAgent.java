package dev.prepull.controller.reconcile;

import dev.prepull.credentials.NodeCredentials;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.NodeHello;
import dev.prepull.model.NodeName;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlannedImage;
import dev.prepull.model.Platform;
import dev.prepull.model.PullPermit;
import dev.prepull.model.PullPermit.Purpose;
import dev.prepull.model.PullProblem;
import dev.prepull.model.PullReason;
import dev.prepull.model.RuntimeInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A node with its agent, as far as the protocol shows them: it keeps to the rules for permits and
 * locks, and does nothing of itself. What the two sides tell each other is under way until the test
 * delivers it.
 */
final class SimAgent {

  static final int CONCURRENT_PULLS = 2;
  private static final Duration BACK_OFF = Duration.ofSeconds(5);

  /** One image of the plan. */
  private static final class Track {
    private ImageState state = ImageState.WAITING;
    private @Nullable PullPermit permit;
    private @Nullable ImageDigest target;
    private @Nullable PullProblem problem;
    private Instant retry = Instant.MIN;
    private long lastPermit;
  }

  /** A stream; what stood in it when it broke is lost. */
  private final class Link implements AgentSession {
    private final Reconciler controller;
    private final Deque<Runnable> fromController = new ArrayDeque<>();
    private final Deque<Runnable> fromAgent = new ArrayDeque<>();
    private boolean introduced;

    Link(Reconciler controller) {
      this.controller = controller;
    }

    @Override
    public void send(NodePlan newPlan, Map<ImageReference, ImageDigest> known) {
      fromController.addLast(() -> adopt(this, newPlan, known));
    }

    @Override
    public void show(NodeCredentials credentials) {}

    @Override
    public void lock(Map<ImageReference, ImageDigest> changed) {
      fromController.addLast(() -> locked(changed));
    }

    @Override
    public void permit(Collection<PullPermit> given) {
      for (PullPermit permit : given) {
        world.gives(SimAgent.this, permit);
        underWay.add(permit);
        valid.add(permit.id());
        fromController.addLast(() -> {
          underWay.remove(permit);
          permitted(permit);
        });
      }
      world.hasGiven(given);
    }

    @Override
    public void close(String why) {
      throw new AssertionError("the loop ends no streams");
    }
  }

  private final SimWorld world;
  private final NodeName node;

  /** What the node holds; outlives everything. */
  final Map<ImageReference, ImageDigest> holds = new TreeMap<>();

  private final Map<ImageReference, ImageDigest> locks = new HashMap<>();
  private final Map<ImageReference, Track> tracks = new TreeMap<>();

  /** Permits that were given on this stream and not read yet. */
  private final Set<PullPermit> underWay = new HashSet<>();

  /** Those given on this stream, as far as their images have stayed in the plan since. */
  private final Set<Long> valid = new HashSet<>();

  private @Nullable Link stream;

  SimAgent(SimWorld world, String node) {
    this.world = world;
    this.node = new NodeName(node);
  }

  String name() {
    return node.value();
  }

  boolean isAttached() {
    return stream != null;
  }

  // --- the stream ---

  void attach(Reconciler controller) {
    detach();
    Link opened = new Link(controller);
    stream = opened;
    NodeHello hello =
        new NodeHello(
            node,
            new RuntimeInfo("containerd", "2.1.0"),
            Platform.parse("linux/amd64"),
            "0.1.0",
            Map.of(),
            CONCURRENT_PULLS,
            List.of());
    opened.fromAgent.addLast(() -> controller.attached(opened, hello));
    tracks.keySet().forEach(this::tell);
  }

  /** The stream breaks; the agent goes on with what it was permitted. */
  void detach() {
    Link broken = stream;
    stream = null;
    underWay.clear();
    valid.clear();
    if (broken != null && broken.introduced) {
      broken.controller.detached(broken);
    }
  }

  /** The agent's process ends, and with it everything but what the node holds. */
  void die() {
    detach();
    tracks.clear();
    locks.clear();
  }

  /** Delivers up to that many messages, each way. */
  void deliver(int most) {
    for (int i = 0; i < most; i++) {
      Link open = stream;
      if (open != null && !open.fromController.isEmpty()) {
        open.fromController.removeFirst().run();
      }
      if (open != null && !open.fromAgent.isEmpty()) {
        open.introduced = true;
        open.fromAgent.removeFirst().run();
      }
    }
  }

  boolean isQuiet() {
    return stream == null || stream.fromController.isEmpty() && stream.fromAgent.isEmpty();
  }

  // --- what the controller says ---

  private void adopt(Link from, NodePlan plan, Map<ImageReference, ImageDigest> known) {
    Set<ImageReference> planned =
        plan.images().stream().map(PlannedImage::reference).collect(Collectors.toSet());
    tracks.keySet().retainAll(planned);
    locks.keySet().retainAll(planned);
    start();
    locked(known);
    for (ImageReference image : planned) {
      if (!tracks.containsKey(image)) {
        tracks.put(image, new Track());
        judge(image);
        tell(image);
      }
    }
    from.fromAgent.addLast(() -> from.controller.acknowledged(from, plan.revision()));
  }

  private void locked(Map<ImageReference, ImageDigest> changed) {
    locks.putAll(changed);
    changed
        .keySet()
        .forEach(image -> {
          Track track = tracks.get(image);
          if (track != null && isAtRest(track)) {
            judge(image);
            tell(image);
          }
        });
  }

  private static boolean isAtRest(Track track) {
    return track.permit == null && track.state != ImageState.FAILED;
  }

  private void permitted(PullPermit permit) {
    ImageReference image = permit.reference();
    Track track = tracks.get(image);
    if (track == null) {
      return;
    }
    if (track.permit != null) {
      // Goes on with the one that it has, under the newer name.
      track.permit = permit;
      tell(image);
      return;
    }
    boolean nothingToDo = permit.purpose() == Purpose.CONVERGE && track.state == ImageState.PRESENT;
    if (nothingToDo || track.state == ImageState.FAILED) {
      track.lastPermit = permit.id();
    } else {
      track.permit = permit;
      track.state = ImageState.GRANTED;
      start();
    }
    tell(image);
  }

  // --- pulls ---

  private void start() {
    long running =
        tracks.values().stream().filter(track -> track.state == ImageState.PULLING).count();
    for (Map.Entry<ImageReference, Track> entry : tracks.entrySet()) {
      Track track = entry.getValue();
      if (running < CONCURRENT_PULLS && track.state == ImageState.GRANTED) {
        track.state = ImageState.PULLING;
        track.target = locks.get(entry.getKey());
        running++;
        tell(entry.getKey());
      }
    }
  }

  /** The pull of that image ends, if one runs. */
  void finish(ImageReference image, boolean well) {
    Track track = tracks.get(image);
    if (track == null || track.state != ImageState.PULLING || track.permit == null) {
      return;
    }
    PullPermit permit = track.permit;
    if (!well && stream == null) {
      // Away from the controller the permit is good for another try.
      track.state = ImageState.GRANTED;
      start();
      return;
    }
    track.permit = null;
    track.lastPermit = permit.id();
    ImageDigest target = track.target;
    if (well) {
      holds.put(
          image,
          permit.purpose() == Purpose.LOOK || target == null ? world.registry(image) : target);
      judge(image);
    } else {
      failed(image, track, permit);
    }
    start();
    tell(image);
  }

  private void failed(ImageReference image, Track track, PullPermit permit) {
    PullProblem problem =
        new PullProblem(
            world.chance(2) ? PullReason.REGISTRY_UNAVAILABLE : PullReason.ERR_IMAGE_PULL,
            "no luck",
            1,
            null);
    judge(image);
    if (permit.purpose() != Purpose.LOOK || track.state == ImageState.WAITING) {
      track.state = ImageState.FAILED;
      track.retry = world.now().plus(BACK_OFF);
    }
    track.problem = problem;
  }

  /** Back-offs that are over end. */
  void tick() {
    tracks.forEach((image, track) -> {
      if (track.state == ImageState.FAILED && !track.retry.isAfter(world.now())) {
        judge(image);
        tell(image);
      }
    });
  }

  /** Somebody on the node removes the image, or pulls what the tag means now. */
  void meddle(ImageReference image, boolean remove) {
    if (remove) {
      holds.remove(image);
    } else {
      holds.put(image, world.registry(image));
    }
    Track track = tracks.get(image);
    if (track != null && isAtRest(track)) {
      judge(image);
      tell(image);
    }
  }

  private void judge(ImageReference image) {
    Track track = tracks.get(image);
    if (track == null) {
      return;
    }
    ImageDigest held = holds.get(image);
    ImageDigest lock = locks.get(image);
    track.problem = null;
    track.state =
        held == null
            ? ImageState.WAITING
            : lock == null || lock.equals(held) ? ImageState.PRESENT : ImageState.DRIFTED;
  }

  private void tell(ImageReference image) {
    Link open = stream;
    Track track = tracks.get(image);
    if (open == null || track == null) {
      return;
    }
    ImageReport report =
        ImageReport.present(image, holds.get(image), 1)
            .withState(track.state)
            .withProblem(track.problem)
            .withPermit(track.permit == null ? track.lastPermit : track.permit.id());
    open.fromAgent.addLast(() -> open.controller.reported(open, List.of(report)));
  }

  // --- what the test may ask ---

  /** The image leaves the plan, which ends its permits. */
  void unplanned(ImageReference image) {
    valid.removeAll(
        permits().filter(p -> p.reference().equals(image)).map(PullPermit::id).toList());
  }

  /** The permits of this stream that have not ended. */
  Stream<PullPermit> permits() {
    return Stream.concat(
            underWay.stream(),
            tracks.values().stream().map(track -> track.permit).filter(Objects::nonNull))
        .filter(permit -> valid.contains(permit.id()));
  }

  boolean isIdle() {
    return isQuiet()
        && tracks.values().stream()
            .allMatch(track -> track.permit == null && track.state == ImageState.PRESENT);
  }

  Set<ImageReference> planned() {
    return Set.copyOf(tracks.keySet());
  }

  @Nullable ImageDigest lock(ImageReference image) {
    return locks.get(image);
  }

  @Override
  public String toString() {
    return node
        + " "
        + tracks.entrySet().stream().map(e -> e.getKey() + " " + e.getValue().state).toList();
  }
}
