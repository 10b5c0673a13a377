package dev.prepull.agent.puller;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;

/**
 * Threads that run when the test says so, on the test's own thread. A started thread that has not
 * been run yet is a call that is under way.
 */
final class FakeThreads implements ThreadFactory {

  private final List<FakeThread> started = new ArrayList<>();

  @Override
  public Thread newThread(Runnable task) {
    return new FakeThread(task);
  }

  /** How many calls are under way. */
  int underWay() {
    return started.size();
  }

  /** Lets the oldest call under way come to its end. */
  void runOldest() {
    run(started.removeFirst());
  }

  /** Lets the call that began last come to its end first. */
  void runNewest() {
    run(started.removeLast());
  }

  /** Lets the call that began last go on beside the test, and returns once it waits. */
  Thread runNewestAside() {
    Thread aside = Thread.ofPlatform().daemon().start(started.removeLast().task);
    while (aside.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    return aside;
  }

  private static void run(FakeThread thread) {
    if (thread.interrupted) {
      Thread.currentThread().interrupt();
    }
    thread.running = true;
    try {
      thread.task.run();
    } finally {
      thread.running = false;
      Thread.interrupted();
    }
  }

  private final class FakeThread extends Thread {
    private final Runnable task;
    private boolean interrupted;
    private boolean running;

    FakeThread(Runnable task) {
      this.task = task;
    }

    @Override
    public void start() {
      started.add(this);
    }

    @Override
    public void interrupt() {
      interrupted = true;
      if (running) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
