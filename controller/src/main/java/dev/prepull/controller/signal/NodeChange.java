package dev.prepull.controller.signal;

import dev.prepull.model.NodeName;

/** One write to a Node. It must not reach another Node of the same name: see its uid. */
public sealed interface NodeChange {

  /** Name of the Node. */
  NodeName node();

  /** The uid that it must have. */
  String uid();

  /** Which signal that is. */
  Signal signal();

  /** Sets the label. */
  record Label(NodeName node, String uid, boolean ready) implements NodeChange {
    @Override
    public Signal signal() {
      return Signal.LABEL;
    }
  }

  /** Sets the condition. */
  record Condition(NodeName node, String uid, boolean held) implements NodeChange {
    @Override
    public Signal signal() {
      return Signal.CONDITION;
    }
  }

  /**
   * Removes the startup taint.
   *
   * @param timedOut whether the node does not hold its plan, as far as is known
   */
  record Untaint(NodeName node, String uid, boolean timedOut) implements NodeChange {
    @Override
    public Signal signal() {
      return Signal.TAINT;
    }
  }
}
