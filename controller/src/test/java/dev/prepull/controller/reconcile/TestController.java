package dev.prepull.controller.reconcile;

import dev.prepull.controller.list.RawList;
import dev.prepull.controller.plan.DigestLock;
import dev.prepull.controller.plan.NodeInfo;
import dev.prepull.controller.status.NodeStatus;
import dev.prepull.controller.status.RolloutStatus;
import dev.prepull.loop.FakeEventLoop;
import dev.prepull.model.NodeName;
import dev.prepull.model.Platform;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/** A {@link Reconciler} in virtual time, and everything that it told the world. */
final class TestController implements ListEvents, StatusSink, ControllerListener {

  /** More than every pause that the loop makes. */
  private static final Duration SETTLED = Duration.ofSeconds(1);

  final FakeEventLoop loop = new FakeEventLoop();
  final FakePullObjects objects = new FakePullObjects();
  final FakeRegistryTokens tokens = new FakeRegistryTokens();
  final Reconciler reconciler;

  /** As {@code configMap Reason: message}. */
  final List<String> events = new ArrayList<>();

  final List<RolloutStatus> published = new ArrayList<>();

  /** The locks that were given to be kept, as they are now. */
  List<DigestLock> kept = List.of();

  /** What the nodes hold of their plans, as it was told last. */
  Map<NodeName, HoldingObserver.NodeHolding> holdings = Map.of();

  /** How many plans were sent, one number for each time that the loop planned. */
  final List<Integer> plannings = new ArrayList<>();

  TestController() {
    this(List.of());
  }

  /** A controller that was told the locks of an earlier one. */
  TestController(Collection<DigestLock> known) {
    reconciler =
        new Reconciler(
            loop,
            new Reconciler.World(this, this, this, told -> holdings = told),
            new Reconciler.Credentials(objects, tokens),
            known,
            new SplittableRandom(1));
  }

  /** The plain form of a list. */
  static RawList list(String name, String... images) {
    String text = String.join("\n", images);
    return new RawList(name, "v" + text.hashCode(), Map.of("images", text), Set.of());
  }

  /** The full form of a list. */
  static RawList full(String name, String text) {
    return new RawList(name, "v" + text.hashCode(), Map.of("PrePullList", text), Set.of());
  }

  void observeLists(RawList... lists) {
    reconciler.listsObserved(List.of(lists));
  }

  void observeNodes(String... names) {
    reconciler.nodesObserved(
        Arrays.stream(names)
            .map(name ->
                new NodeInfo(
                    new NodeName(name), Platform.parse("linux/amd64"), Map.of(), List.of()))
            .toList());
  }

  void observe(NodeInfo... nodes) {
    reconciler.nodesObserved(List.of(nodes));
  }

  /** A node with that uid and perhaps that label. */
  static NodeInfo node(String name, String uid, String... label) {
    return new NodeInfo(
        new NodeName(name),
        Platform.parse("linux/amd64"),
        label.length == 0 ? Map.of() : Map.of(label[0], label[1]),
        List.of(),
        uid);
  }

  FakeAgent attach(String node) {
    FakeAgent agent = new FakeAgent(reconciler, node);
    reconciler.attached(agent, agent.hello());
    return agent;
  }

  void settle() {
    loop.advance(SETTLED);
  }

  /** Events of that kind, as {@code configMap Reason}. */
  List<String> eventsOf(Kind kind) {
    return events.stream().filter(event -> event.contains(" " + kind.reason() + ":")).toList();
  }

  RolloutStatus status() {
    return answer(reconciler.status());
  }

  Optional<NodeStatus> node(String name) {
    return answer(reconciler.node(new NodeName(name)));
  }

  Stream<String> nodeNames() {
    return answer(reconciler.nodes()).stream().map(NodeStatus::node);
  }

  private <T> T answer(CompletionStage<T> question) {
    loop.run();
    return question.toCompletableFuture().join();
  }

  @Override
  public void record(String configMap, Kind kind, String message) {
    events.add("%s %s: %s".formatted(configMap, kind.reason(), message));
  }

  @Override
  public void publish(RolloutStatus status, Collection<DigestLock> locks) {
    published.add(status);
    kept = List.copyOf(locks);
  }

  @Override
  public void planned(int nodes, int plansSent, Duration took) {
    plannings.add(plansSent);
  }

  @Override
  public void statusChanged(RolloutStatus status) {}
}
