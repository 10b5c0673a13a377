package dev.prepull.agent.puller;

import dev.prepull.agent.puller.disk.DiskBudget;
import dev.prepull.loop.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compares what the runtime holds with where an image stands. Lives on the puller's loop. */
final class Presence {

  private static final Logger log = LoggerFactory.getLogger(Presence.class);

  private final EventLoop loop;
  private final DiskBudget disk;
  private final Runnable onReady;

  /** {@code onReady} is called when a wait ends and an image may be ready to be pulled. */
  Presence(EventLoop loop, DiskBudget disk, Runnable onReady) {
    this.loop = loop;
    this.disk = disk;
    this.onReady = onReady;
  }

  /** The runtime resolves the image to this; null when to nothing. */
  void compare(TrackedImage image, @Nullable Holding found) {
    PullState standing = image.standing(found);
    boolean asPlanned = standing instanceof PullState.Present;
    switch (image.state()) {
      case PullState.Pulling _ -> {}
      case PullState.Unchecked _ -> settle(image, standing);
      case PullState.Missing _ -> settle(image, standing);
      case PullState.Drifted _ -> settle(image, standing);
      case PullState.Present _ when asPlanned -> image.become(standing);
      case PullState.Present _ -> lose(image, standing);
      case PullState.BackingOff backingOff when asPlanned -> {
        backingOff.timer().cancel();
        settle(image, standing);
      }
      case PullState.BackingOff backingOff ->
          image.become(new PullState.BackingOff(backingOff.problem(), backingOff.timer(), found));
      case PullState.Blocked _ when asPlanned -> settle(image, standing);
      case PullState.Blocked(_, Refusal refusal, _) -> {
        Optional<Refusal> still = again(image, refusal);
        if (still.isPresent()) {
          image.become(blocked(image, still.get(), found));
        } else {
          image.become(standing);
        }
      }
    }
  }

  private void settle(TrackedImage image, PullState standing) {
    if (standing instanceof PullState.Present) {
      back(image);
    }
    image.become(standing);
  }

  /** The image is as planned, after it was not. */
  void back(TrackedImage image) {
    image.evictions().back(loop.now());
  }

  private void lose(TrackedImage image, PullState standing) {
    image.vanished();
    Instant now = loop.now();
    Duration wait = image.evictions().gone(now).orElse(null);
    log.atWarn()
        .addKeyValue("image", image.reference())
        .addKeyValue("inARow", image.evictions().inARow())
        .log(
            standing instanceof PullState.Missing
                ? "Image is gone; it will be brought back"
                : "Image has been replaced under its name");
    if (wait == null) {
      image.become(standing);
    } else {
      image.become(
          new PullState.BackingOff(
              Problems.evictionLoop(image, wait, now.plus(wait)),
              waitFor(image, wait),
              standing.holding()));
    }
  }

  /** A timer after which the image stands as the runtime said last. */
  EventLoop.Timer waitFor(TrackedImage image, Duration wait) {
    return loop.after(
        wait,
        () -> {
          image.become(image.standing(image.state().holding()));
          onReady.run();
        });
  }

  /** Whether what blocked an image still does. */
  private Optional<Refusal> again(TrackedImage image, Refusal refusal) {
    return switch (refusal) {
      case Refusal.NoRoom(_, long missing) ->
          disk.judge(missing).map(lacks -> new Refusal.NoRoom(lacks, missing));
      case Refusal.TooLarge(long imageBytes, _) ->
          Optional.ofNullable(image.policy().maxSizeBytes())
              .filter(most -> imageBytes > most)
              .map(most -> new Refusal.TooLarge(imageBytes, Objects.requireNonNull(most)));
    };
  }

  /** The image is not to be pulled for now. */
  static PullState blocked(TrackedImage image, Refusal refusal, @Nullable Holding holding) {
    return new PullState.Blocked(Problems.refused(image, refusal), refusal, holding);
  }
}
