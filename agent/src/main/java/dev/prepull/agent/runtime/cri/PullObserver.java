package dev.prepull.agent.runtime.cri;

import dev.prepull.model.PullProgress;

/** Looks now and then at what a pull has done and tells the watcher. Used by one thread. */
interface PullObserver extends AutoCloseable {

  /** Looks once. What cannot be seen is no failure of the pull and counts as no movement. */
  void look() throws InterruptedException;

  /** Whether the next look may show how large the image is, which none has yet. */
  boolean awaitsSize();

  /** How far the pull has come, now that it is known to be complete. */
  PullProgress complete();

  @Override
  void close();
}
