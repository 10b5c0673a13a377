package dev.prepull.loop;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An {@link EventLoop} on a Vert.x event-loop context. */
public final class VertxEventLoop implements EventLoop {

  private static final Logger log = LoggerFactory.getLogger(VertxEventLoop.class);

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
    try {
      context.runOnContext(_ -> task.run());
    } catch (RejectedExecutionException e) {
      log.debug("Vert.x is closed, so that a task is dropped", e);
    }
  }

  @Override
  public Instant now() {
    return clock.instant();
  }

  @Override
  public Timer after(Duration delay, Runnable task) {
    Alarm alarm = new Alarm(task);
    long id = vertx.setTimer(Math.max(1, delay.toMillis()), _ -> execute(alarm));
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
