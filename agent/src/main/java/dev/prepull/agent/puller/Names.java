package dev.prepull.agent.puller;

import dev.prepull.agent.puller.journal.NameTouch;
import dev.prepull.agent.runtime.ImageRuntime;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.model.HeldImage;
import dev.prepull.model.ImageReference;
import java.util.Optional;

/** Asks the runtime how a name stands. Blocks. */
final class Names {

  private Names() {}

  static NameTouch touch(ImageRuntime runtime, ImageReference reference)
      throws RuntimeUnavailableException, InterruptedException {
    return touch(runtime, reference, runtime.find(reference));
  }

  /** As {@link #touch(ImageRuntime, ImageReference)} when it has just been looked up. */
  static NameTouch touch(ImageRuntime runtime, ImageReference reference, Optional<HeldImage> held)
      throws RuntimeUnavailableException, InterruptedException {
    return held.isEmpty()
        ? NameTouch.ABSENT
        : new NameTouch(
            Holding.of(reference, held.get()).digest(), runtime.stamp(reference).orElse(""));
  }
}
