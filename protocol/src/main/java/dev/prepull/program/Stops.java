package dev.prepull.program;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has been started and is to be stopped, the newest first. Used by one thread at a time. */
public final class Stops implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Stops.class);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  /** A start that may fail halfway. */
  @FunctionalInterface
  public interface Start {
    /** Starts the parts, adding each to the stops. */
    void run() throws UsageException, StartupException, InterruptedException;
  }

  /** Remembers a part. */
  public <T extends AutoCloseable> T add(T part) {
    parts.push(part);
    return part;
  }

  /** Starts; when that fails, what was started already is stopped. */
  public Stops startAll(Start start) throws UsageException, StartupException, InterruptedException {
    boolean started = false;
    try {
      start.run();
      started = true;
      return this;
    } finally {
      if (!started) {
        close();
      }
    }
  }

  @Override
  public void close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        log.atWarn().setCause(e).log("A part did not stop cleanly");
      }
    }
  }
}
