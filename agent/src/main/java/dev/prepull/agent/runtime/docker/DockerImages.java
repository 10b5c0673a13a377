package dev.prepull.agent.runtime.docker;

import dev.prepull.model.HeldImage;
import dev.prepull.model.HeldName;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.InvalidImageReferenceException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Translates Docker's short names into canonical ones. */
final class DockerImages {

  private DockerImages() {}

  /**
   * The image of that id.
   *
   * @param tags such as {@code nginx:1}; null and {@code <none>:<none>} count as none
   * @param digests such as {@code nginx@sha256:…}, likewise
   * @param size null when Docker does not tell
   */
  static HeldImage held(
      String id,
      @Nullable Collection<String> tags,
      @Nullable Collection<String> digests,
      @Nullable Long size) {
    List<ImageReference> byDigest = references(digests);
    // Where containerd keeps the images, digests stand among the tags as well.
    Set<HeldName> names = new LinkedHashSet<>();
    for (ImageReference reference : byDigest) {
      names.add(new HeldName(reference.stored(), reference.digest().orElse(null)));
    }
    for (ImageReference tagged : references(tags)) {
      names.addAll(named(tagged, byDigest));
    }
    return new HeldImage(id, List.copyOf(names), size == null ? 0 : size, false);
  }

  /**
   * Docker tells by which digests an image was pulled, but not by which a tag was: the name stands
   * once for each of its repository.
   */
  private static List<HeldName> named(ImageReference reference, List<ImageReference> byDigest) {
    String stored = reference.stored();
    if (reference.digest().isPresent()) {
      return List.of(new HeldName(stored, reference.digest().get()));
    }
    List<HeldName> names =
        byDigest.stream()
            .filter(other -> other.name().equals(reference.name()))
            .map(other -> new HeldName(stored, other.digest().orElse(null)))
            .toList();
    return names.isEmpty() ? List.of(new HeldName(stored, null)) : names;
  }

  /**
   * The same image, once it is known which of its digests the reference resolves to. Any other
   * digest than those changes nothing.
   */
  static HeldImage knownByDigest(HeldImage image, ImageReference reference, ImageDigest digest) {
    if (!image.resolves(reference, digest)) {
      return image;
    }
    List<HeldName> names =
        image.names().stream()
            .filter(held -> !held.name().equals(reference.stored()) || digest.equals(held.digest()))
            .toList();
    return new HeldImage(image.id(), names, image.sizeBytes(), image.pinned());
  }

  private static List<ImageReference> references(@Nullable Collection<String> names) {
    List<ImageReference> references = new ArrayList<>();
    if (names != null) {
      for (String name : names) {
        parse(name).ifPresent(references::add);
      }
    }
    return references;
  }

  private static Optional<ImageReference> parse(String name) {
    try {
      return name.startsWith("<none>") ? Optional.empty() : Optional.of(ImageReference.parse(name));
    } catch (InvalidImageReferenceException e) {
      // Docker may hold names that no list can ask for.
      return Optional.empty();
    }
  }
}
