package dev.prepull.agent.puller;

import dev.prepull.model.HeldImage;
import dev.prepull.model.HeldName;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import org.jspecify.annotations.Nullable;

/**
 * What the runtime resolves a reference to.
 *
 * @param digest null when the image has no repository digest, as after a local build
 */
record Holding(@Nullable ImageDigest digest, long sizeBytes) {

  static Holding of(ImageReference reference, HeldImage held) {
    return new Holding(held.named(reference).map(HeldName::digest).orElse(null), held.sizeBytes());
  }
}
