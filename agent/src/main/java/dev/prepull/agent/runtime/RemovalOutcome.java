package dev.prepull.agent.runtime;

/** What became of a removal. */
public sealed interface RemovalOutcome {

  /** The name is gone, or was not there. */
  record Removed() implements RemovalOutcome {}

  /**
   * Nothing was removed.
   *
   * @param why such as the container that uses the image
   */
  record Kept(String why) implements RemovalOutcome {}
}
