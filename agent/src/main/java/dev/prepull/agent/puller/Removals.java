package dev.prepull.agent.puller;

import dev.prepull.agent.puller.journal.NameTouch;
import dev.prepull.agent.puller.journal.OwnedImage;
import dev.prepull.agent.runtime.ImageRuntime;
import dev.prepull.agent.runtime.RemovalOutcome;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.model.HeldImage;
import dev.prepull.model.ImageReference;
import dev.prepull.model.RemovalPolicy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes images that have left the plan: only those that the plan wanted deleted, that this agent
 * pulled, that nobody has touched since, and that no container uses. Takes this agent's pins away
 * as well. One image at a time, so that a plan that wants it again is heard first. Lives on the
 * puller's loop.
 */
final class Removals {

  private static final Logger log = LoggerFactory.getLogger(Removals.class);

  private final RuntimeCalls calls;
  private final TrackedImages images;
  private final Ownership ownership;
  private final PullListener listener;
  private final Deque<ImageReference> round = new ArrayDeque<>();

  /** Why images are still there, as it was logged. */
  private final Map<ImageReference, String> kept = new HashMap<>();

  private boolean underWay;

  Removals(RuntimeCalls calls, TrackedImages images, Ownership ownership, PullListener listener) {
    this.calls = calls;
    this.images = images;
    this.ownership = ownership;
    this.listener = listener;
  }

  /** What one attempt found and did. */
  private sealed interface Attempt {

    /** The name is not there any more. */
    record Gone() implements Attempt {}

    /** It is not what this agent left behind, so it is somebody else's now. */
    record NotOurs() implements Attempt {}

    /** The pin was taken away; the image stays because the plan said so. */
    record Unpinned(NameTouch before, NameTouch after) implements Attempt {}

    /** The image was deleted. */
    record Removed() implements Attempt {}

    /** The image cannot go yet. */
    record Kept(NameTouch before, NameTouch after, String why) implements Attempt {}
  }

  /** Begins a round over all that has left the plan, unless one is under way. */
  void consider() {
    if (underWay) {
      return;
    }
    round.clear();
    ownership.all().stream()
        .filter(Removals::isToChange)
        .map(OwnedImage::reference)
        .forEach(round::add);
    kept.keySet().retainAll(round);
    next();
  }

  private static boolean isToChange(OwnedImage entry) {
    return entry.pinned() || (entry.pulled() && entry.onRemoval() == RemovalPolicy.DELETE);
  }

  private void next() {
    for (ImageReference reference = round.poll(); reference != null; reference = round.poll()) {
      Optional<OwnedImage> entry = ownership.of(reference);
      if (images.of(reference).isEmpty() && entry.isPresent() && isToChange(entry.get())) {
        attempt(entry.get());
        return;
      }
    }
  }

  private void attempt(OwnedImage entry) {
    underWay = true;
    ownership.working(entry.reference());
    calls.ask(
        runtime -> attempt(runtime, entry),
        done -> {
          ended(entry.reference());
          apply(entry, done);
          next();
        },
        message -> {
          ended(entry.reference());
          log.debug("The round of removals ends: {}", message);
        });
  }

  private void ended(ImageReference reference) {
    underWay = false;
    ownership.worked(reference);
  }

  private static Attempt attempt(ImageRuntime runtime, OwnedImage entry)
      throws RuntimeUnavailableException, InterruptedException {
    ImageReference reference = entry.reference();
    Optional<HeldImage> held = runtime.find(reference);
    if (held.isEmpty()) {
      return new Attempt.Gone();
    }
    NameTouch before = Names.touch(runtime, reference, held);
    if (entry.pinned() && held.get().pinned()) {
      runtime.pin(reference, false);
    }
    NameTouch after = Names.touch(runtime, reference);
    if (!entry.matches(before.digest(), before.stamp())) {
      return new Attempt.NotOurs();
    }
    if (!entry.pulled() || entry.onRemoval() == RemovalPolicy.KEEP) {
      return new Attempt.Unpinned(before, after);
    }
    return switch (runtime.remove(reference)) {
      case RemovalOutcome.Removed() -> new Attempt.Removed();
      case RemovalOutcome.Kept(String why) -> new Attempt.Kept(before, after, why);
    };
  }

  private void apply(OwnedImage entry, Attempt attempt) {
    ImageReference reference = entry.reference();
    switch (attempt) {
      case Attempt.Gone() -> ownership.gone(reference);
      case Attempt.NotOurs() -> {
        ownership.gone(reference);
        log.atInfo()
            .addKeyValue("image", reference)
            .log("Not deleted: somebody else has pulled or tagged it since");
      }
      case Attempt.Unpinned(var before, var after) -> ownership.unpinned(reference, before, after);
      case Attempt.Removed() -> {
        ownership.gone(reference);
        listener.removed(reference);
        log.atInfo().addKeyValue("image", reference).log("Deleted: it has left the list");
      }
      case Attempt.Kept(var before, var after, String why) -> {
        ownership.unpinned(reference, before, after);
        if (!why.equals(kept.put(reference, why))) {
          log.atInfo()
              .addKeyValue("image", reference)
              .log("Not deleted yet, tried again at each look: {}", why);
        }
      }
    }
    listener.pinned(ownership.pinnedImages());
  }
}
