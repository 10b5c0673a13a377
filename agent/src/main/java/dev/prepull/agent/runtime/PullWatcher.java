package dev.prepull.agent.runtime;

import dev.prepull.model.PullProgress;

/** Is told of each sign that a pull moves. Called from any thread, and quickly. */
@FunctionalInterface
public interface PullWatcher {

  /**
   * Bytes have arrived or a step is done.
   *
   * @param progress how far the pull has come, or {@link PullProgress#UNKNOWN} from a runtime that
   *     shows movement but no figures
   */
  void moved(PullProgress progress);
}
