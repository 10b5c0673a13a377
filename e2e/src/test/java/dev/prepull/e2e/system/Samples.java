package dev.prepull.e2e.system;

import dev.prepull.e2e.testbed.TestbedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Looks at something again and again while a test runs, for what must hold the whole time. An
 * answer that does not come is left out.
 */
final class Samples<T> implements AutoCloseable {

  private final Callable<T> look;
  private final Duration interval;
  private final List<T> taken = new CopyOnWriteArrayList<>();
  private final List<Exception> failures = new ArrayList<>();
  private final Thread thread;

  private Samples(Callable<T> look, Duration interval) {
    this.look = look;
    this.interval = interval;
    this.thread = Thread.ofPlatform().name("samples").start(this::run);
  }

  /** Begins to look, that often. */
  static <T> Samples<T> every(Duration interval, Callable<T> look) {
    return new Samples<>(look, interval);
  }

  private void run() {
    try {
      while (true) {
        try {
          taken.add(look.call());
        } catch (TestbedException unanswered) {
          failures.add(unanswered);
        }
        Thread.sleep(interval);
      }
    } catch (InterruptedException end) {
      return;
    } catch (Exception e) {
      failures.add(e);
    }
  }

  /** Ends the looking; returns what was seen. */
  List<T> stop() {
    close();
    if (taken.isEmpty()) {
      throw new AssertionError("saw nothing: " + failures);
    }
    return List.copyOf(taken);
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
