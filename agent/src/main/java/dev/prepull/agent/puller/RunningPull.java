package dev.prepull.agent.puller;

import dev.prepull.agent.runtime.ImageRuntime;
import dev.prepull.agent.runtime.PullOutcome;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.model.HeldImage;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullProgress;
import dev.prepull.model.PullReason;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pull on a thread of its own. It looks first whether the runtime has the image by now, so that
 * nothing is pulled twice. Its end is told exactly once, however it comes.
 */
final class RunningPull {

  private static final Logger log = LoggerFactory.getLogger(RunningPull.class);

  private final ImageReference reference;
  private final Instant began;
  private final AtomicReference<@Nullable PullProgress> news = new AtomicReference<>();
  private @Nullable Thread thread;
  private Instant lastMoved;
  private PullProgress progress = PullProgress.UNKNOWN;
  private boolean timedOut;

  RunningPull(ImageReference reference, Instant now) {
    this.reference = reference;
    this.began = now;
    this.lastMoved = now;
  }

  /**
   * Begins.
   *
   * @param onEnd called once, on the new thread, with the outcome, or with nothing when the pull
   *     was interrupted
   */
  void start(
      ImageRuntime runtime,
      ThreadFactory threads,
      BiConsumer<RunningPull, Optional<PullOutcome>> onEnd) {
    Thread started = threads.newThread(() -> onEnd.accept(this, outcome(runtime)));
    thread = started;
    started.start();
  }

  private Optional<PullOutcome> outcome(ImageRuntime runtime) {
    try {
      return Optional.of(pull(runtime));
    } catch (InterruptedException e) {
      return Optional.empty();
    } catch (RuntimeException e) {
      log.atError().setCause(e).addKeyValue("image", reference).log("The runtime adapter failed");
      return Optional.of(
          new PullOutcome.Failed(PullReason.ERR_IMAGE_PULL, "internal error: " + e, null));
    }
  }

  private PullOutcome pull(ImageRuntime runtime) throws InterruptedException {
    Optional<HeldImage> held;
    try {
      held = runtime.find(reference);
    } catch (RuntimeUnavailableException e) {
      return new PullOutcome.Failed(
          PullReason.RUNTIME_UNAVAILABLE, String.valueOf(e.getMessage()), null);
    }
    return held.isPresent()
        ? new PullOutcome.Pulled(held.get())
        : runtime.pull(reference, news::set);
  }

  /** Ends the transfer because nobody wants the image any more. */
  void cancel() {
    interrupt();
  }

  /** Ends the transfer because nothing moves. */
  void timeOut() {
    timedOut = true;
    interrupt();
  }

  private void interrupt() {
    if (thread != null) {
      thread.interrupt();
    }
  }

  /** Takes in what the runtime showed since the last call; true when something moved. */
  boolean observe(Instant now) {
    PullProgress latest = news.getAndSet(null);
    if (latest == null) {
      return false;
    }
    lastMoved = now;
    progress = latest;
    return true;
  }

  ImageReference reference() {
    return reference;
  }

  Instant began() {
    return began;
  }

  Instant lastMoved() {
    return lastMoved;
  }

  PullProgress progress() {
    return progress;
  }

  boolean timedOut() {
    return timedOut;
  }
}
