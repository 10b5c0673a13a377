package dev.prepull.agent.runtime.cri;

import dev.prepull.agent.runtime.PullWatcher;
import dev.prepull.model.PullProgress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches a pull by a runtime that shows nothing but the bytes that all its images use.
 *
 * <p>That is little: another pull's bytes count as movement too, and CRI-O counts only what it has
 * unpacked, so that it seems to stand still while a large layer downloads. A watchdog over CRI-O
 * must be patient.
 */
final class UsedBytesObserver implements PullObserver {

  /** Some runtimes walk a directory tree for the answer. */
  private static final int LOOKS_PER_READING = 4;

  private static final Logger log = LoggerFactory.getLogger(UsedBytesObserver.class);

  private final UsedBytes usedBytes;
  private final PullWatcher watcher;
  private int looks;
  private long last = -1;

  UsedBytesObserver(UsedBytes usedBytes, PullWatcher watcher) {
    this.usedBytes = usedBytes;
    this.watcher = watcher;
  }

  @Override
  public void look() throws InterruptedException {
    if (looks++ % LOOKS_PER_READING != 0) {
      return;
    }
    try {
      long now = usedBytes.read();
      boolean moved = last >= 0 && now != last;
      last = now;
      if (moved) {
        watcher.moved(PullProgress.UNKNOWN);
      }
    } catch (GrpcCallException e) {
      log.atDebug().addKeyValue("reason", e.getMessage()).log("Cannot see whether the pull moves");
    }
  }

  /** Nothing shows it. */
  @Override
  public boolean awaitsSize() {
    return false;
  }

  @Override
  public PullProgress complete() {
    return PullProgress.UNKNOWN;
  }

  @Override
  public void close() {}
}
