package dev.prepull.agent.puller;

import dev.prepull.agent.runtime.ImageEvents;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.loop.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows what happens to the runtime's images, on a thread of its own; subscribes again whenever
 * the stream ends. A runtime without such a stream is asked for one once in a while. Lives on the
 * puller's loop.
 */
final class RuntimeEvents implements ImageEvents {

  private static final Logger log = LoggerFactory.getLogger(RuntimeEvents.class);
  private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  /** Deleting one image makes a handful of events within milliseconds. */
  static final Duration QUIET = Duration.ofMillis(100);

  private final RuntimeCalls calls;
  private final BiPredicate<String, Instant> onTouched;
  private final Runnable onNews;
  private final AtomicReference<@Nullable Thread> subscription = new AtomicReference<>();
  private Instant since;
  private Duration wait = FIRST_WAIT;
  private boolean pending;
  private boolean closed;

  /**
   * Does not subscribe yet.
   *
   * @param since what happened from then on is wanted
   * @param onTouched is told each name that something happened to, and when; true when that is news
   * @param onNews is called soon after, once for many names, and when the stream stands
   */
  RuntimeEvents(
      RuntimeCalls calls, Instant since, BiPredicate<String, Instant> onTouched, Runnable onNews) {
    this.calls = calls;
    this.since = since;
    this.onTouched = onTouched;
    this.onNews = onNews;
  }

  /** Subscribes. */
  void start() {
    if (closed) {
      return;
    }
    Instant from = since;
    Thread thread = calls.newThread(() -> follow(from));
    subscription.set(thread);
    thread.start();
  }

  private void follow(Instant from) {
    String reason = "the runtime ended it";
    try {
      calls.runtime().watch(from, this);
    } catch (RuntimeUnavailableException e) {
      reason = String.valueOf(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      log.error("The container runtime's events could not be read", e);
    }
    String why = reason;
    loop().execute(() -> ended(why));
  }

  @Override
  public void watching() {
    loop()
        .execute(() -> {
          log.info("The container runtime's events are followed");
          wait = FIRST_WAIT;
          soon();
        });
  }

  @Override
  public void changed(String name, Instant at) {
    loop()
        .execute(() -> {
          since = at.plusNanos(1);
          if (onTouched.test(name, at)) {
            soon();
          }
        });
  }

  private void soon() {
    if (!pending && !closed) {
      pending = true;
      loop()
          .after(
              QUIET,
              () -> {
                pending = false;
                if (!closed) {
                  onNews.run();
                }
              });
    }
  }

  private void ended(String why) {
    subscription.set(null);
    if (!closed) {
      log.debug("The container runtime's events are not followed, trying again: {}", why);
      loop().after(wait, this::start);
      Duration doubled = wait.multipliedBy(2);
      wait = doubled.compareTo(LONGEST_WAIT) < 0 ? doubled : LONGEST_WAIT;
    }
  }

  /** Ends the stream. */
  void close() {
    closed = true;
    Thread thread = subscription.get();
    if (thread != null) {
      thread.interrupt();
    }
  }

  private EventLoop loop() {
    return calls.loop();
  }
}
