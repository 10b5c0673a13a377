package dev.prepull.controller.signal;

import dev.prepull.controller.reconcile.HoldingObserver;
import dev.prepull.controller.status.PlanHolding;
import dev.prepull.loop.EventLoop;
import dev.prepull.model.NodeName;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has every Node tell whether it holds its plan. Level-triggered: what a Node tells is compared
 * with what it should tell, and a Node of which nothing is known stays as it is. One write begins
 * each {@link #WRITE_INTERVAL}, however many Nodes there are. State belongs to the loop; a write
 * blocks a thread of the executor.
 */
public final class NodeSignals implements HoldingObserver {

  /** 20 writes a second at most: 5 000 Nodes that all change take four minutes. */
  static final Duration WRITE_INTERVAL = Duration.ofMillis(50);

  /** How long a new controller waits for agents before it holds their silence against them. */
  static final Duration GRACE = Duration.ofSeconds(30);

  private static final int WRITES_AT_A_TIME = 4;

  private static final Logger log = LoggerFactory.getLogger(NodeSignals.class);

  private final EventLoop loop;
  private final Executor blocking;
  private final SignalSettings settings;
  private final NodeWriter writer;
  private final SignalListener listener;
  private final Instant earliestTimeout;
  private final Map<NodeName, SignalledNode> nodes = new TreeMap<>();
  private final Map<Signal, SignalPause> pauses = new EnumMap<>(Signal.class);
  private EventLoop.Timer alarm = () -> {};
  private Instant nextWrite = Instant.MIN;
  private int writing;

  /** A signal that may be written to a Node now. */
  private record Due(SignalledNode node, Signal signal) {}

  /** Knows no Node yet. */
  public NodeSignals(
      EventLoop loop,
      Executor blocking,
      SignalSettings settings,
      NodeWriter writer,
      SignalListener listener) {
    this.loop = loop;
    this.blocking = blocking;
    this.settings = settings;
    this.writer = writer;
    this.listener = listener;
    this.earliestTimeout = loop.now().plus(GRACE);
    settings.used().forEach(signal -> pauses.put(signal, new SignalPause(signal)));
  }

  /** These Nodes exist now, and tell this. Called on the loop. */
  public void nodesObserved(List<NodeView> views) {
    Map<NodeName, SignalledNode> before = Map.copyOf(nodes);
    nodes.clear();
    for (NodeView view : views) {
      SignalledNode known = before.get(view.name());
      SignalledNode node = known != null && known.is(view) ? known : new SignalledNode(view);
      node.observe(view, loop.now());
      nodes.put(view.name(), node);
    }
    look();
  }

  @Override
  public void holdingsObserved(Map<NodeName, NodeHolding> holdings) {
    nodes.forEach((name, node) -> node.observe(holding(node, holdings.get(name)), loop.now()));
    look();
  }

  private static PlanHolding holding(SignalledNode node, @Nullable NodeHolding told) {
    return told != null && told.uid().equals(node.uid()) ? told.holding() : PlanHolding.UNKNOWN;
  }

  private void look() {
    alarm.cancel();
    Instant now = loop.now();
    Due first = null;
    Instant next = Instant.MAX;
    for (SignalledNode node : nodes.values()) {
      for (Signal signal : node.isBeingWritten() ? List.<Signal>of() : pauses.keySet()) {
        Instant due = due(node, signal);
        if (due != null && due.isAfter(now)) {
          next = due.isBefore(next) ? due : next;
        } else if (due != null && (first == null || signal.compareTo(first.signal()) < 0)) {
          first = new Due(node, signal);
        }
      }
    }
    if (first != null && mayBegin(first.signal())) {
      if (!nextWrite.isAfter(now)) {
        nextWrite = now.plus(WRITE_INTERVAL);
        begin(first);
      }
      next = nextWrite.isBefore(next) ? nextWrite : next;
    }
    if (next.isBefore(Instant.MAX)) {
      alarm = loop.after(Duration.between(now, next), this::look);
    }
  }

  private @Nullable Instant due(SignalledNode node, Signal signal) {
    Instant due = node.due(signal, this::timesOut);
    Instant paused = pause(signal).until();
    return due == null || due.isAfter(paused) ? due : paused;
  }

  private Instant timesOut(Instant taintedSince) {
    Instant timeout = taintedSince.plus(settings.taintTimeout());
    return timeout.isAfter(earliestTimeout) ? timeout : earliestTimeout;
  }

  /** After a failure one Node shows whether it is over. What waits is looked at after a write. */
  private boolean mayBegin(Signal signal) {
    return writing < (pause(signal).isFailing() ? 1 : WRITES_AT_A_TIME);
  }

  private SignalPause pause(Signal signal) {
    SignalPause pause = pauses.get(signal);
    if (pause == null) {
      throw new IllegalStateException("not in use: " + signal);
    }
    return pause;
  }

  private void begin(Due due) {
    NodeChange change = due.node().change(due.signal());
    due.node().begin();
    writing++;
    blocking.execute(() -> {
      NodeWriter.Outcome outcome = writer.write(change);
      loop.execute(() -> ended(due, change, outcome));
    });
  }

  private void ended(Due due, NodeChange change, NodeWriter.Outcome outcome) {
    writing--;
    due.node().ended(due.signal(), loop.now());
    switch (outcome) {
      case NodeWriter.Outcome.Written() -> written(change);
      case NodeWriter.Outcome.Outdated() ->
          log.atDebug().addKeyValue("node", change.node()).log("The Node has changed meanwhile");
      case NodeWriter.Outcome.Refused(String failure) ->
          pause(due.signal()).refused(failure, loop.now());
    }
    look();
  }

  private void written(NodeChange change) {
    pause(change.signal()).taken();
    listener.signalled(change);
    if (change instanceof NodeChange.Untaint(NodeName node, String _, boolean timedOut)) {
      (timedOut ? log.atWarn() : log.atInfo())
          .addKeyValue("node", node)
          .log(
              timedOut
                  ? "The startup taint was removed after --startup-taint-timeout, although the node does not hold its plan"
                  : "The startup taint was removed: the node holds its plan");
    }
  }
}
