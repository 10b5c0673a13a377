package dev.prepull.agent.runtime.cri;

import dev.prepull.agent.runtime.cri.v1.Image;
import dev.prepull.model.HeldImage;
import dev.prepull.model.HeldName;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.InvalidImageReferenceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * CRI's images as PrePull knows them: names in canonical form, each with its digest. Names that are
 * no image references, such as {@code <none>}, are left out.
 */
final class CriImages {

  private CriImages() {}

  /** The tags of the image for which {@link TagDigests} should be asked. */
  static List<String> openTags(Image image) {
    SortedMap<String, SortedSet<ImageDigest>> digests = digestsByRepository(image);
    return image.getRepoTagsList().stream()
        .filter(tag ->
            parse(tag)
                .filter(reference ->
                    digests.getOrDefault(reference.name(), new TreeSet<>()).size() != 1)
                .isPresent())
        .toList();
  }

  /**
   * The image with its names. Where CRI shows several digests of a tag's repository and {@code
   * exactly} does not know better, the tag gets the first in alphabetical order.
   */
  static HeldImage held(Image image, TagDigests exactly) {
    SortedMap<String, SortedSet<ImageDigest>> digests = digestsByRepository(image);
    SortedMap<String, HeldName> names = new TreeMap<>();
    digests.forEach((repository, all) ->
        all.forEach(digest -> {
          String name = repository + "@" + digest;
          names.put(name, new HeldName(name, digest));
        }));
    for (String tag : image.getRepoTagsList()) {
      parse(tag)
          .ifPresent(reference -> {
            Optional<ImageDigest> digest = Optional.empty();
            SortedSet<ImageDigest> known = digests.get(reference.name());
            if (known == null || known.size() != 1) {
              digest = exactly.of(tag);
            }
            if (digest.isEmpty() && known != null) {
              digest = Optional.of(known.first());
            }
            String name = reference.stored();
            names.put(name, new HeldName(name, digest.orElse(null)));
          });
    }
    return new HeldImage(
        image.getId(), new ArrayList<>(names.values()), image.getSize(), image.getPinned());
  }

  private static SortedMap<String, SortedSet<ImageDigest>> digestsByRepository(Image image) {
    return image.getRepoDigestsList().stream()
        .map(CriImages::parse)
        .flatMap(Optional::stream)
        .filter(reference -> reference.digest().isPresent())
        .collect(
            Collectors.groupingBy(
                ImageReference::name,
                TreeMap::new,
                Collectors.mapping(
                    reference -> reference.digest().orElseThrow(),
                    Collectors.toCollection(TreeSet::new))));
  }

  private static Optional<ImageReference> parse(String name) {
    try {
      return Optional.of(ImageReference.parse(name));
    } catch (InvalidImageReferenceException e) {
      return Optional.empty();
    }
  }
}
