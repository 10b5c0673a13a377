package dev.prepull.controller.reconcile;

import dev.prepull.loop.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps something outside up to date with the newest value: at most one write in each interval,
 * only when the value differs from what was written last, and again with growing pauses while
 * writes fail. State belongs to the loop; a write blocks a thread of the executor, one at a time.
 *
 * @param <T> immutable
 */
public final class PacedWrites<T> {

  private static final Duration FIRST_RETRY = Duration.ofSeconds(2);
  private static final Duration MAX_RETRY = Duration.ofSeconds(60);

  private static final Logger log = LoggerFactory.getLogger(PacedWrites.class);

  /** A write that may fail. */
  @FunctionalInterface
  public interface Write<T> {
    /** Blocks. Returns what was tried, why it failed and what to do; empty when it is done. */
    Optional<String> write(T value);
  }

  private final EventLoop loop;
  private final Executor blocking;
  private final Duration interval;
  private final Write<T> write;
  private final BiPredicate<T, T> same;
  private final CompletableFuture<@Nullable Void> finished = new CompletableFuture<>();

  private @Nullable T newest;
  private @Nullable T written;
  private boolean writing;
  private boolean scheduled;
  private boolean finishing;
  private Instant notBefore = Instant.MIN;
  private Duration retry = FIRST_RETRY;

  /**
   * Writes nothing yet.
   *
   * @param interval the shortest time between two writes
   * @param same whether two values need no two writes
   */
  public PacedWrites(
      EventLoop loop,
      Executor blocking,
      Duration interval,
      Write<T> write,
      BiPredicate<T, T> same) {
    this.loop = loop;
    this.blocking = blocking;
    this.interval = interval;
    this.write = write;
    this.same = same;
  }

  /** This is what has to be written; a value that was not written yet is forgotten. Any thread. */
  public void offer(T value) {
    loop.execute(() -> {
      newest = value;
      proceed();
    });
  }

  /**
   * Writes the newest value at once if it is not written yet, for the last time. Any thread.
   *
   * @return completed when that is done, or has failed
   */
  public CompletableFuture<@Nullable Void> finish() {
    loop.execute(() -> {
      finishing = true;
      proceed();
    });
    return finished;
  }

  private void proceed() {
    if (writing || finished.isDone()) {
      return;
    }
    if (isWritten()) {
      if (finishing) {
        finished.complete(null);
      }
    } else if (finishing) {
      begin();
    } else if (!scheduled) {
      scheduled = true;
      Instant now = loop.now();
      Duration wait = notBefore.isAfter(now) ? Duration.between(now, notBefore) : Duration.ZERO;
      loop.after(
          wait,
          () -> {
            scheduled = false;
            if (!writing && !finishing && !isWritten()) {
              begin();
            }
          });
    }
  }

  private boolean isWritten() {
    return newest == null || (written != null && same.test(written, newest));
  }

  private void begin() {
    T value = newest;
    if (value != null) {
      writing = true;
      blocking.execute(() -> {
        Optional<String> failure = write.write(value);
        loop.execute(() -> ended(value, failure));
      });
    }
  }

  private void ended(T value, Optional<String> failure) {
    writing = false;
    if (failure.isEmpty()) {
      written = value;
      retry = FIRST_RETRY;
      notBefore = loop.now().plus(interval);
    } else {
      log.atWarn().addKeyValue("retryIn", retry).log(failure.get());
      notBefore = loop.now().plus(retry);
      Duration longer = retry.multipliedBy(2);
      retry = longer.compareTo(MAX_RETRY) < 0 ? longer : MAX_RETRY;
      if (finishing) {
        finished.complete(null);
      }
    }
    proceed();
  }
}
