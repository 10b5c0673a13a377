package dev.prepull.agent.puller;

import dev.prepull.agent.puller.journal.NameTouch;
import dev.prepull.agent.puller.journal.OwnedImage;
import dev.prepull.agent.runtime.ImageRuntime;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.model.HeldImage;
import dev.prepull.model.ImageReference;
import dev.prepull.model.RemovalPolicy;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps images pinned that shall be, and takes away the pins that it set once they shall not. Every
 * pull of an image may wipe its pin, whoever pulls, so it is looked at again each time the runtime
 * is asked. Lives on the puller's loop.
 */
final class Pins {

  private static final Logger log = LoggerFactory.getLogger(Pins.class);

  private final RuntimeCalls calls;
  private final TrackedImages images;
  private final Ownership ownership;
  private final PullListener listener;
  private final Set<ImageReference> underWay = new HashSet<>();

  Pins(RuntimeCalls calls, TrackedImages images, Ownership ownership, PullListener listener) {
    this.calls = calls;
    this.images = images;
    this.ownership = ownership;
    this.listener = listener;
  }

  /** What became of a change. */
  private record Change(boolean done, NameTouch before, NameTouch after) {}

  /** The runtime holds the image like this. */
  void settle(TrackedImage image, HeldImage held) {
    boolean wanted = image.policy().pin();
    boolean ours = ownership.of(image.reference()).filter(OwnedImage::pinned).isPresent();
    boolean present = image.state() instanceof PullState.Present;
    if (wanted && present && !held.pinned() && !image.isPinRefused()) {
      change(image, true);
    } else if (!wanted && ours) {
      change(image, false);
    }
  }

  private void change(TrackedImage image, boolean pin) {
    ImageReference reference = image.reference();
    if (!underWay.add(reference)) {
      return;
    }
    ownership.working(reference);
    calls.ask(
        runtime -> change(runtime, reference, pin),
        change -> {
          ended(reference);
          if (pin) {
            pinned(reference, change);
          } else {
            ownership.unpinned(reference, change.before(), change.after());
          }
          listener.pinned(ownership.pinnedImages());
        },
        message -> {
          ended(reference);
          log.atWarn()
              .addKeyValue("image", reference)
              .log(
                  "The image's pin could not be changed; tried again at the next look: {}",
                  message);
        });
  }

  private void ended(ImageReference reference) {
    underWay.remove(reference);
    ownership.worked(reference);
  }

  private static Change change(ImageRuntime runtime, ImageReference reference, boolean pin)
      throws RuntimeUnavailableException, InterruptedException {
    NameTouch before = Names.touch(runtime, reference);
    boolean done = runtime.pin(reference, pin);
    return new Change(done, before, Names.touch(runtime, reference));
  }

  private void pinned(ImageReference reference, Change change) {
    Optional<TrackedImage> image = images.of(reference);
    if (change.done()) {
      boolean known = ownership.of(reference).filter(OwnedImage::pinned).isPresent();
      ownership.pinned(
          reference,
          change.before(),
          change.after(),
          image.map(tracked -> tracked.policy().onRemoval()).orElse(RemovalPolicy.KEEP));
      log.atInfo()
          .addKeyValue("image", reference)
          .log(known ? "Pinned again: something had taken the pin away" : "Pinned");
    }
    // A name that is gone meanwhile cannot be pinned by any runtime.
    boolean refused = !change.done() && !change.after().equals(NameTouch.ABSENT);
    image.ifPresent(tracked -> tracked.pinRefused(refused));
  }
}
