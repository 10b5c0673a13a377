package dev.prepull.controller.rollout;

import dev.prepull.controller.list.ListParser;
import dev.prepull.controller.list.ParseResult;
import dev.prepull.controller.list.PrePullList;
import dev.prepull.controller.list.RawList;
import dev.prepull.controller.plan.DigestLock;
import dev.prepull.controller.plan.NodeInfo;
import dev.prepull.controller.plan.PlannedFleet;
import dev.prepull.controller.plan.Planner;
import dev.prepull.controller.status.WaveStatus;
import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.NodeHello;
import dev.prepull.model.NodeName;
import dev.prepull.model.Platform;
import dev.prepull.model.PullPermit;
import dev.prepull.model.PullProblem;
import dev.prepull.model.PullReason;
import dev.prepull.model.RuntimeInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * {@link Rollouts} in virtual time, with nodes that say what the test says; of a permit's end they
 * tell by its id, as agents do.
 */
final class TestFleet {

  private static final Platform AMD64 = Platform.parse("linux/amd64");

  Instant now = Instant.parse("2026-01-01T00:00:00Z");
  Rollouts rollouts;

  /** Permits that have not ended, as the nodes know them, by {@code node image}. */
  final Map<String, PullPermit> held = new TreeMap<>();

  /** What was told since it was last asked for, such as {@code n1 LOOK nginx:1}. */
  private final List<String> told = new ArrayList<>();

  private final Map<String, ImageReport> reports = new HashMap<>();
  private final Map<String, Long> lastPermit = new HashMap<>();
  private final Set<String> attached = new TreeSet<>();
  private List<PrePullList> lists = List.of();
  private List<NodeInfo> nodes = List.of();
  private PlannedFleet fleet = PlannedFleet.EMPTY;
  private @Nullable Instant alarm;

  TestFleet() {
    this(List.of());
  }

  TestFleet(Collection<DigestLock> known) {
    rollouts = new Rollouts(known, now, new SplittableRandom(1));
  }

  static ImageDigest digest(String letter) {
    return new ImageDigest("sha256:" + letter.repeat(64));
  }

  static PullProblem problem(PullReason reason) {
    return new PullProblem(reason, "it failed", 1, null);
  }

  // --- the world ---

  /** One list in the full form. */
  TestFleet list(String... lines) {
    RawList raw =
        new RawList(
            "apps", "1", Map.of(ListParser.FULL_KEY, String.join("\n", lines) + "\n"), Set.of());
    return lists(List.of(((ParseResult.Accepted) ListParser.parse(raw)).list()));
  }

  TestFleet lists(List<PrePullList> newLists) {
    lists = newLists;
    return replan();
  }

  /** Nodes n1 to n-count, in zones a, b and c in turn. */
  TestFleet nodes(int count) {
    return nodes(
        IntStream.rangeClosed(1, count)
            .mapToObj(i ->
                new NodeInfo(
                    new NodeName("n" + i),
                    AMD64,
                    Map.of("topology.kubernetes.io/zone", "zone-" + i % 3),
                    List.of()))
            .toList());
  }

  TestFleet nodes(List<NodeInfo> newNodes) {
    nodes = newNodes;
    return replan();
  }

  private TestFleet replan() {
    fleet = Planner.plan(lists, nodes);
    rollouts.planned(fleet, (node, image) -> reports.get(key(node.value(), image)), now);
    attached.forEach(this::bring);
    look();
    return this;
  }

  private void bring(String node) {
    NodeName name = new NodeName(node);
    if (fleet.plans().containsKey(name)) {
      tellLocks(node, rollouts.locksOf(fleet.planOf(name)));
      rollouts.brought(name, fleet.planOf(name));
    }
  }

  /** A controller begins anew with the locks of this one; agents have yet to attach to it. */
  TestFleet restart() {
    rollouts = new Rollouts(rollouts.locks(), now, new SplittableRandom(2));
    attached.clear();
    reports.clear();
    told.clear();
    return replan();
  }

  TestFleet attach(String... names) {
    for (String node : names) {
      attached.add(node);
      held.keySet().removeIf(key -> key.startsWith(node + " "));
      rollouts.attached(
          new NodeHello(
              new NodeName(node),
              new RuntimeInfo("containerd", "2.1.0"),
              AMD64,
              "0.1.0",
              Map.of(),
              3,
              List.of()));
      bring(node);
    }
    look();
    return this;
  }

  TestFleet attachAll() {
    return attach(nodes.stream().map(node -> node.name().value()).toArray(String[]::new));
  }

  TestFleet detach(String node) {
    attached.remove(node);
    held.keySet().removeIf(key -> key.startsWith(node + " "));
    reports.keySet().removeIf(key -> key.startsWith(node + " "));
    rollouts.detached(new NodeName(node));
    look();
    return this;
  }

  Set<String> attached() {
    return attached;
  }

  // --- what nodes say ---

  TestFleet says(String node, ImageReport report) {
    String key = key(node, report.reference());
    PullPermit permit = held.get(key);
    boolean working = report.state() == ImageState.GRANTED || report.state() == ImageState.PULLING;
    if (permit != null) {
      lastPermit.put(key, permit.id());
    }
    ImageReport named =
        report.permit() != 0 ? report : report.withPermit(lastPermit.getOrDefault(key, 0L));
    if (!working) {
      held.remove(key);
    }
    reports.put(key, rollouts.reported(new NodeName(node), named, now));
    look();
    return this;
  }

  TestFleet says(String node, String image, ImageState state) {
    return says(node, ImageReport.of(ImageReference.parse(image), state));
  }

  TestFleet holds(String node, String image, String letter) {
    return says(node, ImageReport.present(ImageReference.parse(image), digest(letter), 1));
  }

  TestFleet fails(String node, String image, PullReason reason) {
    return says(
        node,
        ImageReport.troubled(ImageReference.parse(image), ImageState.FAILED, problem(reason)));
  }

  TestFleet pulled(String node, String image, String letter, List<ImageBlob> blobs) {
    return says(
        node, ImageReport.present(ImageReference.parse(image), digest(letter), 1).withBlobs(blobs));
  }

  /** Every attached node says that. */
  TestFleet all(String image, ImageState state) {
    List.copyOf(attached).forEach(node -> says(node, image, state));
    return this;
  }

  /** The stored report, as the status sees it. */
  ImageReport stored(String node, String image) {
    return Objects.requireNonNull(reports.get(key(node, ImageReference.parse(image))));
  }

  // --- what follows ---

  TestFleet after(Duration duration) {
    Instant end = now.plus(duration);
    while (alarm != null && !alarm.isAfter(end)) {
      Instant next = alarm;
      if (next.isAfter(now)) {
        now = next;
      } else {
        now = now.plusMillis(1);
      }
      look();
    }
    now = end;
    look();
    return this;
  }

  private void look() {
    Orders orders = rollouts.look(now);
    alarm = orders.next();
    for (Orders.Order order : orders.orders()) {
      String node = order.node().value();
      tellLocks(node, order.locks());
      for (PullPermit permit : order.permits()) {
        held.put(key(node, permit.reference()), permit);
        told.add("%s %s %s".formatted(node, permit.purpose(), permit.reference().written()));
      }
    }
  }

  private void tellLocks(String node, Map<ImageReference, ImageDigest> locks) {
    locks.forEach((image, digest) ->
        told.add("%s lock %s %s".formatted(node, image.written(), digest.value().charAt(7))));
  }

  /** What was told since this was asked last, in order. */
  List<String> told() {
    List<String> all = List.copyOf(told);
    told.clear();
    return all;
  }

  /** Permits given since it was asked last what was told. */
  List<String> permitted() {
    return told().stream().filter(line -> !line.contains(" lock ")).toList();
  }

  /** The nodes that hold a permit for that image. */
  List<String> busy(String image) {
    return held.keySet().stream()
        .filter(key -> key.endsWith(" " + ImageReference.parse(image)))
        .map(key -> key.substring(0, key.indexOf(' ')))
        .sorted(Comparator.naturalOrder())
        .toList();
  }

  PullPermit permit(String node, String image) {
    return Objects.requireNonNull(held.get(key(node, ImageReference.parse(image))));
  }

  /** The letter of the locked digest; a question mark when there is none. */
  String lock(String image) {
    DigestLock lock = wave(image).lock();
    return lock == null ? "?" : lock.digest().value().substring(7, 8);
  }

  WaveStatus wave(String image) {
    return Objects.requireNonNull(rollouts.statuses().get(ImageReference.parse(image)));
  }

  private static String key(String node, ImageReference image) {
    return node + " " + image;
  }
}
