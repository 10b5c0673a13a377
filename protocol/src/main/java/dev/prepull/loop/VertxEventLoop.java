package dev.prepull.loop;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** An {@link EventLoop} on a Vert.x event-loop context. */
public final class VertxEventLoop implements EventLoop {

  private final Vertx vertx;
  private final Context context;
  private final Clock clock;

  /** Takes a context of its own on that Vert.x. */
  public VertxEventLoop(Vertx vertx, Clock clock) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.clock = clock;
  }

  @Override
  public void execute(Runnable task) {
    context.runOnContext(ignored -> task.run());
  }

  @Override
  public Instant now() {
    return clock.instant();
  }

  @Override
  public Timer after(Duration delay, Runnable task) {
    Alarm alarm = new Alarm(task);
    long id = vertx.setTimer(Math.max(1, delay.toMillis()), ignored -> execute(alarm));
    return () -> {
      alarm.cancelled = true;
      vertx.cancelTimer(id);
    };
  }

  /** A timer that has fired may already stand in the queue when it is cancelled. */
  private static final class Alarm implements Runnable {
    private final Runnable task;
    private volatile boolean cancelled;

    Alarm(Runnable task) {
      this.task = task;
    }

    @Override
    public void run() {
      if (!cancelled) {
        task.run();
      }
    }
  }
}
