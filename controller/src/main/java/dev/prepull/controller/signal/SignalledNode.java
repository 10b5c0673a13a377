package dev.prepull.controller.signal;

import dev.prepull.controller.status.PlanHolding;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One Node, what it tells, and what it should tell. Belongs to the loop. */
final class SignalledNode {

  /** What is missing for a shorter time, such as an image that is repaired, is not told. */
  static final Duration SETTLED = Duration.ofSeconds(10);

  /** The same is not written to a Node more often; by then the watch has told of the last write. */
  static final Duration PAUSE = Duration.ofSeconds(5);

  private final Map<Signal, Instant> notBefore = new EnumMap<>(Signal.class);
  private NodeView view;
  private PlanHolding holding = PlanHolding.UNKNOWN;
  private Instant lackingSince = Instant.MIN;
  private Instant taintedSince;
  private boolean writing;

  /** A Node that is seen for the first time counts as tainted since it exists. */
  SignalledNode(NodeView view) {
    this.view = view;
    this.taintedSince = view.created();
  }

  boolean is(NodeView other) {
    return view.uid().equals(other.uid());
  }

  String uid() {
    return view.uid();
  }

  void observe(NodeView now, Instant at) {
    if (now.tainted() && !view.tainted()) {
      taintedSince = at;
    }
    view = now;
  }

  void observe(PlanHolding now, Instant at) {
    if (now == PlanHolding.LACKING && holding != PlanHolding.LACKING) {
      lackingSince = at;
    }
    holding = now;
  }

  boolean isBeingWritten() {
    return writing;
  }

  void begin() {
    writing = true;
  }

  void ended(Signal signal, Instant at) {
    writing = false;
    notBefore.put(signal, at.plus(PAUSE));
  }

  /**
   * When that signal has to be written; null when the Node tells what it should, or when nobody
   * knows what it should tell.
   *
   * @param timesOut when a taint of that age is removed in any case
   */
  @Nullable Instant due(Signal signal, TaintTimeout timesOut) {
    Instant due =
        switch (signal) {
          case TAINT -> !view.tainted() ? null : isHeld() ? Instant.MIN : timesOut.of(taintedSince);
          case LABEL -> due(view.label(), "true", "false");
          case CONDITION -> due(view.condition(), "True", "False");
        };
    return due == null ? null : later(due, notBefore.getOrDefault(signal, Instant.MIN));
  }

  /** Since when a taint may stand, to until when. */
  @FunctionalInterface
  interface TaintTimeout {
    Instant of(Instant taintedSince);
  }

  private @Nullable Instant due(@Nullable String told, String held, String lacking) {
    return switch (holding) {
      case HELD -> held.equals(told) ? null : Instant.MIN;
      case LACKING -> lacking.equals(told) ? null : lackingSince.plus(SETTLED);
      case UNKNOWN -> null;
    };
  }

  NodeChange change(Signal signal) {
    return switch (signal) {
      case TAINT -> new NodeChange.Untaint(view.name(), view.uid(), !isHeld());
      case LABEL -> new NodeChange.Label(view.name(), view.uid(), isHeld());
      case CONDITION -> new NodeChange.Condition(view.name(), view.uid(), isHeld());
    };
  }

  private boolean isHeld() {
    return holding == PlanHolding.HELD;
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
