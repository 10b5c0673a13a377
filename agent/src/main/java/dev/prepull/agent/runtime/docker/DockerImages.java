package dev.prepull.agent.runtime.docker;

import dev.prepull.model.HeldImage;
import dev.prepull.model.HeldName;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.InvalidImageReferenceException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
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
    List<HeldName> names = new ArrayList<>();
    for (ImageReference reference : byDigest) {
      names.add(new HeldName(reference.stored(), reference.digest().orElse(null)));
    }
    for (ImageReference tagged : references(tags)) {
      names.add(new HeldName(tagged.stored(), digestOf(tagged, byDigest)));
    }
    return new HeldImage(id, names, size == null ? 0 : size, false);
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

  /** Docker does not tell which digest a tag was pulled by; several in one repository are rare. */
  private static @Nullable ImageDigest digestOf(
      ImageReference tagged, List<ImageReference> byDigest) {
    return byDigest.stream()
        .filter(reference -> reference.name().equals(tagged.name()))
        .flatMap(reference -> reference.digest().stream())
        .sorted()
        .findFirst()
        .orElse(null);
  }
}
