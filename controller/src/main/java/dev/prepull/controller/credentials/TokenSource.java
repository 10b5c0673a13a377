package dev.prepull.controller.credentials;

/** Where the token for one registry comes from. Keeps nothing between two questions. */
@FunctionalInterface
interface TokenSource {

  /**
   * Asks the cloud. Blocks, for a few minutes at most when the cloud does not answer; called on any
   * thread.
   */
  CloudToken ask() throws TokenException, InterruptedException;
}
