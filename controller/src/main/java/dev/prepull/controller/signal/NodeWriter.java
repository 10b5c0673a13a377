package dev.prepull.controller.signal;

/** Writes to Nodes. */
@FunctionalInterface
public interface NodeWriter {

  /** What came of a write. */
  sealed interface Outcome {

    /** It is done. */
    record Written() implements Outcome {}

    /** The Node is gone or has changed; what is to be done will be seen when it is seen. */
    record Outdated() implements Outcome {}

    /**
     * The API server did not do it, and would not do it for another Node either.
     *
     * @param failure what was tried, why it failed and what to do
     */
    record Refused(String failure) implements Outcome {}
  }

  /** Blocks. */
  Outcome write(NodeChange change);
}
