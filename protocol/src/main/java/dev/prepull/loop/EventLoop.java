package dev.prepull.loop;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;

/**
 * A thread of control: tasks run one after another, in the order in which they were handed over.
 *
 * <p>Whatever state belongs to a loop is touched only by its tasks and so needs no lock. Tasks must
 * not block. {@link #execute} and {@link #after} may be called from any thread; once the program
 * ends and the loop with it, what they are given is dropped.
 */
public interface EventLoop extends Executor {

  /** The time as this loop sees it. */
  Instant now();

  /** Runs the task on this loop once the delay has passed. */
  Timer after(Duration delay, Runnable task);

  /** A task that waits for its time. */
  @FunctionalInterface
  interface Timer {
    /** Forgets the task unless it has begun already. Called on the loop, it never runs later. */
    void cancel();
  }
}
