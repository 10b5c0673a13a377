package dev.prepull.agent.runtime.cri;

import java.time.Duration;

/**
 * Waits for what the runtime does a moment after it has answered, for about two seconds at most.
 */
final class Patience {

  private static final Duration FIRST = Duration.ofMillis(5);
  private static final Duration LONGEST = Duration.ofMillis(200);
  private static final int TRIES = 15;

  private Patience() {}

  /** Asks the runtime for something. */
  @FunctionalInterface
  interface Question {
    boolean isSo() throws GrpcCallException, InterruptedException;
  }

  /** Asks until it is so; false when it has not become so in time. */
  static boolean until(Question question) throws GrpcCallException, InterruptedException {
    Duration pause = FIRST;
    for (int i = 1; i < TRIES; i++) {
      if (question.isSo()) {
        return true;
      }
      Thread.sleep(pause);
      pause = pause.multipliedBy(2).compareTo(LONGEST) < 0 ? pause.multipliedBy(2) : LONGEST;
    }
    return question.isSo();
  }
}
