package dev.prepull.controller.signal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.reconcile.HoldingObserver.NodeHolding;
import dev.prepull.controller.signal.NodeWriter.Outcome;
import dev.prepull.controller.status.PlanHolding;
import dev.prepull.loop.FakeEventLoop;
import dev.prepull.model.NodeName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is written to Nodes, and when. */
class NodeSignalsTest {

  private static final Duration TIMEOUT = Duration.ofMinutes(10);
  private static final Duration MOMENT = Duration.ofSeconds(1);
  private static final String TAINT = "prepull.dev/not-ready";
  private static final SignalSettings LABEL = new SignalSettings(true, false, null, TIMEOUT);
  private static final SignalSettings CONDITION = new SignalSettings(false, true, null, TIMEOUT);
  private static final SignalSettings STARTUP = new SignalSettings(false, false, TAINT, TIMEOUT);
  private static final SignalSettings ALL = new SignalSettings(true, true, TAINT, TIMEOUT);

  private final FakeEventLoop loop = new FakeEventLoop();
  private final Map<String, NodeView> nodes = new TreeMap<>();
  private final Map<NodeName, NodeHolding> holdings = new HashMap<>();

  /** Every write that reached the API server, as {@code label n1 true}. */
  private final List<String> writes = new ArrayList<>();

  private Outcome answer = new Outcome.Written();

  private NodeSignals signals(SignalSettings settings) {
    return signals(settings, Runnable::run);
  }

  private NodeSignals signals(SignalSettings settings, Executor executor) {
    return new NodeSignals(loop, executor, settings, this::write, change -> {});
  }

  /**
   * Like an API server whose watch is not told of: what was written is seen when a test says so.
   */
  private Outcome write(NodeChange change) {
    writes.add(
        switch (change) {
          case NodeChange.Label(NodeName node, String uid, boolean ready) ->
              "label %s/%s %s".formatted(node, uid, ready);
          case NodeChange.Condition(NodeName node, String uid, boolean held) ->
              "condition %s/%s %s".formatted(node, uid, held);
          case NodeChange.Untaint(NodeName node, String uid, boolean timedOut) ->
              "untaint %s/%s%s".formatted(node, uid, timedOut ? " timed out" : "");
        });
    if (answer instanceof Outcome.Written) {
      nodes.computeIfPresent(change.node().value(), (name, view) -> written(view, change));
    }
    return answer;
  }

  private static NodeView written(NodeView view, NodeChange change) {
    return switch (change) {
      case NodeChange.Label label ->
          new NodeView(
              view.name(),
              view.uid(),
              view.created(),
              String.valueOf(label.ready()),
              view.condition(),
              view.tainted());
      case NodeChange.Condition condition ->
          new NodeView(
              view.name(),
              view.uid(),
              view.created(),
              view.label(),
              condition.held() ? "True" : "False",
              view.tainted());
      case NodeChange.Untaint _ ->
          new NodeView(
              view.name(), view.uid(), view.created(), view.label(), view.condition(), false);
    };
  }

  private NodeView view(String name, String uid, Instant created, boolean tainted) {
    return new NodeView(new NodeName(name), uid, created, null, null, tainted);
  }

  private void exists(String name, boolean tainted) {
    nodes.put(name, view(name, "u1", loop.now(), tainted));
  }

  private void holds(NodeSignals signals, String name, PlanHolding holding) {
    holdings.put(new NodeName(name), new NodeHolding("u1", holding));
    tell(signals);
  }

  /** The watch tells of the Nodes, and the loop of what they hold. */
  private void tell(NodeSignals signals) {
    signals.nodesObserved(List.copyOf(nodes.values()));
    signals.holdingsObserved(Map.copyOf(holdings));
  }

  private void pass(NodeSignals signals, Duration time) {
    loop.advance(time);
    tell(signals);
    loop.run();
  }

  // --- label and condition ---

  @Test
  void labelsANodeAtOnceWhenItHoldsItsPlanAndNeverAgain() {
    NodeSignals signals = signals(LABEL);
    exists("n1", false);

    holds(signals, "n1", PlanHolding.HELD);
    pass(signals, MOMENT);
    pass(signals, TIMEOUT);

    assertThat(writes).containsExactly("label n1/u1 true");
  }

  @Test
  void setsTheConditionInTheSameWay() {
    NodeSignals signals = signals(CONDITION);
    exists("n1", false);

    holds(signals, "n1", PlanHolding.HELD);
    pass(signals, MOMENT);
    holds(signals, "n1", PlanHolding.LACKING);
    pass(signals, SignalledNode.SETTLED);
    pass(signals, TIMEOUT);

    assertThat(writes).containsExactly("condition n1/u1 true", "condition n1/u1 false");
  }

  @Test
  void writesNothingAboutANodeOfWhichNothingIsKnown() {
    NodeSignals signals = signals(ALL);
    exists("n1", false);

    holds(signals, "n1", PlanHolding.UNKNOWN);
    pass(signals, TIMEOUT);
    holdings.clear();
    pass(signals, TIMEOUT);

    assertThat(writes).isEmpty();
  }

  @Test
  void leavesTheLabelAsItIsWhenTheAgentGoesAway() {
    NodeSignals signals = signals(LABEL);
    exists("n1", false);
    holds(signals, "n1", PlanHolding.HELD);
    pass(signals, MOMENT);

    holds(signals, "n1", PlanHolding.UNKNOWN);
    pass(signals, TIMEOUT);

    assertThat(writes).containsExactly("label n1/u1 true");
  }

  @Test
  void saysNothingOfAnImageThatIsRepairedWithinAMoment() {
    NodeSignals signals = signals(LABEL);
    exists("n1", false);
    holds(signals, "n1", PlanHolding.HELD);
    pass(signals, MOMENT);

    holds(signals, "n1", PlanHolding.LACKING);
    pass(signals, SignalledNode.SETTLED.minusMillis(1));
    holds(signals, "n1", PlanHolding.HELD);
    pass(signals, TIMEOUT);

    assertThat(writes).containsExactly("label n1/u1 true");
  }

  @Test
  void measuresHowLongImagesAreMissingFromTheFirstOne() {
    NodeSignals signals = signals(LABEL);
    exists("n1", false);

    holds(signals, "n1", PlanHolding.LACKING);
    for (int i = 0; i < 10; i++) {
      pass(signals, MOMENT);
    }

    assertThat(writes).containsExactly("label n1/u1 false");
  }

  @Test
  void correctsALabelThatSomebodyHasChanged() {
    NodeSignals signals = signals(LABEL);
    exists("n1", false);
    holds(signals, "n1", PlanHolding.HELD);
    pass(signals, MOMENT);

    exists("n1", false);
    pass(signals, MOMENT);
    pass(signals, SignalledNode.PAUSE);

    assertThat(writes).containsExactly("label n1/u1 true", "label n1/u1 true");
  }

  @Test
  void doesNotWriteAgainBeforeTheWatchHasToldOfTheWrite() {
    NodeSignals signals = signals(LABEL);
    exists("n1", false);
    holds(signals, "n1", PlanHolding.HELD);

    loop.advance(SignalledNode.PAUSE.minusMillis(1));

    assertThat(writes).hasSize(1);
  }

  // --- the startup taint ---

  @Test
  void removesTheTaintOnceThePlanIsHeld() {
    NodeSignals signals = signals(STARTUP);
    exists("n1", true);

    holds(signals, "n1", PlanHolding.LACKING);
    pass(signals, Duration.ofMinutes(1));
    assertThat(writes).isEmpty();
    holds(signals, "n1", PlanHolding.HELD);
    pass(signals, MOMENT);

    assertThat(writes).containsExactly("untaint n1/u1");
  }

  @Test
  void neverTaintsANodeAgain() {
    NodeSignals signals = signals(STARTUP);
    exists("n1", true);
    holds(signals, "n1", PlanHolding.HELD);
    pass(signals, MOMENT);

    holds(signals, "n1", PlanHolding.LACKING);
    pass(signals, TIMEOUT);

    assertThat(writes).containsExactly("untaint n1/u1");
  }

  @Test
  void removesTheTaintAfterTheTimeoutAlthoughImagesAreMissing() {
    NodeSignals signals = signals(STARTUP);
    exists("n1", true);
    holds(signals, "n1", PlanHolding.LACKING);

    pass(signals, TIMEOUT.minusMillis(1));
    assertThat(writes).isEmpty();
    pass(signals, Duration.ofMillis(1));

    assertThat(writes).containsExactly("untaint n1/u1 timed out");
  }

  @Test
  void removesTheTaintAfterTheTimeoutAlthoughNoAgentEverCame() {
    NodeSignals signals = signals(STARTUP);
    exists("n1", true);
    tell(signals);

    pass(signals, TIMEOUT);

    assertThat(writes).containsExactly("untaint n1/u1 timed out");
  }

  @Test
  void countsFromTheNodesCreationAlsoInAnotherController() {
    nodes.put("n1", view("n1", "u1", loop.now().minus(TIMEOUT).plusSeconds(60), true));
    NodeSignals signals = signals(STARTUP);
    tell(signals);

    pass(signals, Duration.ofSeconds(59));
    assertThat(writes).isEmpty();
    pass(signals, MOMENT);

    assertThat(writes).containsExactly("untaint n1/u1 timed out");
  }

  @Test
  void givesAgentsAMomentToAttachBeforeANewControllerTimesOut() {
    nodes.put("n1", view("n1", "u1", loop.now().minus(TIMEOUT.multipliedBy(2)), true));
    NodeSignals signals = signals(STARTUP);
    tell(signals);

    pass(signals, NodeSignals.GRACE.minusMillis(1));
    assertThat(writes).isEmpty();
    holds(signals, "n1", PlanHolding.HELD);
    pass(signals, MOMENT);

    assertThat(writes).containsExactly("untaint n1/u1");
  }

  @Test
  void countsFromTheTaintWhereSomebodyTaintsAnOldNode() {
    nodes.put("n1", view("n1", "u1", Instant.EPOCH, false));
    NodeSignals signals = signals(STARTUP);
    tell(signals);
    pass(signals, Duration.ofHours(1));

    nodes.put("n1", view("n1", "u1", Instant.EPOCH, true));
    tell(signals);
    pass(signals, TIMEOUT.minusMillis(1));
    assertThat(writes).isEmpty();
    pass(signals, Duration.ofMillis(1));

    assertThat(writes).containsExactly("untaint n1/u1 timed out");
  }

  // --- nodes that change ---

  @Test
  void takesNothingFromTheNodeOfTheSameNameThatWasThereBefore() {
    NodeSignals signals = signals(ALL);
    exists("n1", false);
    holds(signals, "n1", PlanHolding.HELD);
    pass(signals, MOMENT);
    writes.clear();

    nodes.put("n1", view("n1", "u2", loop.now(), true));
    pass(signals, MOMENT);
    assertThat(writes).isEmpty();
    holdings.put(new NodeName("n1"), new NodeHolding("u2", PlanHolding.HELD));
    pass(signals, MOMENT);
    pass(signals, MOMENT);

    assertThat(writes)
        .containsExactlyInAnyOrder("untaint n1/u2", "label n1/u2 true", "condition n1/u2 true");
  }

  @Test
  void writesNothingToANodeThatIsGone() {
    NodeSignals signals = signals(ALL);
    exists("n1", true);
    tell(signals);

    nodes.clear();
    tell(signals);
    pass(signals, TIMEOUT);

    assertThat(writes).isEmpty();
  }

  // --- the API server ---

  @Test
  void writesToThousandsOfNodesOneAfterTheOtherTaintsFirst() {
    NodeSignals signals = signals(ALL);
    IntStream.range(0, 1000)
        .forEach(i -> {
          exists("n" + i, i >= 900);
          holdings.put(new NodeName("n" + i), new NodeHolding("u1", PlanHolding.HELD));
        });
    tell(signals);

    loop.advance(Duration.ofSeconds(5).minusMillis(1));

    assertThat(writes).hasSize(100).allMatch(write -> write.startsWith("untaint"));
  }

  @Test
  void hasAFewWritesUnderWayAtATime() {
    Queue<Runnable> underWay = new ArrayDeque<>();
    NodeSignals signals = signals(LABEL, underWay::add);
    IntStream.range(0, 10).forEach(i -> exists("n" + i, false));
    IntStream.range(0, 10).forEach(i -> holds(signals, "n" + i, PlanHolding.HELD));

    loop.advance(MOMENT);
    assertThat(underWay).hasSize(4);
    underWay.remove().run();
    loop.advance(MOMENT);

    assertThat(underWay).hasSize(4);
    assertThat(writes).hasSize(1);
  }

  @Test
  void asksTheApiServerSeldomWhileItRefuses() {
    NodeSignals signals = signals(LABEL);
    answer = new Outcome.Refused("Tried to write but it is forbidden.");
    IntStream.range(0, 100).forEach(i -> exists("n" + i, false));
    IntStream.range(0, 100).forEach(i -> holds(signals, "n" + i, PlanHolding.HELD));

    loop.advance(Duration.ofMinutes(10));

    assertThat(writes).hasSizeBetween(10, 20);
  }

  @Test
  void oneSignalThatIsRefusedHoldsUpNoOther() {
    NodeSignals signals =
        new NodeSignals(
            loop,
            Runnable::run,
            ALL,
            change -> {
              Outcome written = write(change);
              return change.signal() == Signal.TAINT ? new Outcome.Refused("forbidden") : written;
            },
            change -> {});
    exists("n1", true);
    nodes.put("n1", view("n1", "u1", loop.now(), true));
    holds(signals, "n1", PlanHolding.HELD);

    loop.advance(MOMENT);

    assertThat(writes).contains("label n1/u1 true", "condition n1/u1 true");
  }

  @Test
  void writesEverythingOnceTheApiServerTakesItAgain() {
    NodeSignals signals = signals(LABEL);
    answer = new Outcome.Refused("Tried to write but it is forbidden.");
    IntStream.range(0, 3).forEach(i -> exists("n" + i, false));
    IntStream.range(0, 3).forEach(i -> holds(signals, "n" + i, PlanHolding.HELD));
    loop.advance(Duration.ofMinutes(5));
    writes.clear();

    answer = new Outcome.Written();
    loop.advance(Duration.ofSeconds(61));
    tell(signals);

    assertThat(writes).contains("label n0/u1 true", "label n1/u1 true", "label n2/u1 true");
  }

  @Test
  void looksAgainAtANodeThatHasChangedMeanwhile() {
    NodeSignals signals = signals(STARTUP);
    answer = new Outcome.Outdated();
    exists("n1", true);
    holds(signals, "n1", PlanHolding.HELD);
    loop.run();

    answer = new Outcome.Written();
    pass(signals, SignalledNode.PAUSE);
    pass(signals, TIMEOUT);

    assertThat(writes).containsExactly("untaint n1/u1", "untaint n1/u1");
  }
}
