package dev.prepull.agent.puller;

import dev.prepull.model.HeldImage;
import dev.prepull.model.HeldName;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the runtime resolves a reference to.
 *
 * @param digest the one to speak of; null when the image has no repository digest, as after a local
 *     build
 * @param digests every digest that the name stands for: more than one where the same content was
 *     pushed again and the runtime does not tell them apart
 */
record Holding(@Nullable ImageDigest digest, Set<ImageDigest> digests, long sizeBytes) {

  static Holding of(ImageReference reference, HeldImage held) {
    String stored = reference.stored();
    Set<ImageDigest> digests =
        held.names().stream()
            .filter(name -> name.name().equals(stored))
            .map(HeldName::digest)
            .filter(Objects::nonNull)
            .collect(Collectors.toUnmodifiableSet());
    return new Holding(
        held.named(reference).map(HeldName::digest).orElse(null), digests, held.sizeBytes());
  }

  boolean resolvesTo(ImageDigest wanted) {
    return digests.contains(wanted);
  }

  /** The same, spoken of by that digest. */
  Holding as(ImageDigest one) {
    return new Holding(one, digests, sizeBytes);
  }
}
