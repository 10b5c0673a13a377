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

  /**
   * The runtime has shown how much there is to do; told as soon as it is known, and again when it
   * turns out to be more. An interrupt from within this call ends the pull, before much of a layer
   * has come.
   *
   * @param imageBytes compressed bytes of the whole image known so far
   * @param missingBytes those of them that have to be fetched
   */
  default void sized(long imageBytes, long missingBytes) {}
}
