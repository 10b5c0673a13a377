package dev.prepull.loop;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;

/**
 * An {@link EventLoop} in virtual time: nothing runs until the test says so, and timers fire in the
 * order of their time. Not thread-safe: the test's thread is the loop.
 */
public final class FakeEventLoop implements EventLoop {

  private record Pending(Instant due, long order, Runnable task) {}

  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final PriorityQueue<Pending> timers =
      new PriorityQueue<>(Comparator.comparing(Pending::due).thenComparing(Pending::order));
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private long order;

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public Timer after(Duration delay, Runnable task) {
    Pending pending = new Pending(now.plus(delay), order++, task);
    timers.add(pending);
    return () -> timers.remove(pending);
  }

  /** Runs every task that is due now, and those that they add. */
  public void run() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  /** Lets that much time pass, running tasks and timers as they come due. */
  public void advance(Duration duration) {
    Instant end = now.plus(duration);
    run();
    for (Pending next = timers.peek();
        next != null && !next.due().isAfter(end);
        next = timers.peek()) {
      timers.remove(next);
      now = next.due();
      next.task().run();
      run();
    }
    now = end;
  }
}
