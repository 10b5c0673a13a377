package dev.prepull.controller.signal;

/** Is told what was written to Nodes, for metrics. Called on the loop; must not block. */
@FunctionalInterface
public interface SignalListener {

  /** This is done. */
  void signalled(NodeChange change);
}
