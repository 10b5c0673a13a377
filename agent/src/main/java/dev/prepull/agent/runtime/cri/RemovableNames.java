package dev.prepull.agent.runtime.cri;

import dev.prepull.model.HeldImage;
import dev.prepull.model.HeldName;
import dev.prepull.model.ImageReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Which of containerd's names go when a reference goes. A pull through CRI leaves three: the tag,
 * the repository with the digest, and the image id; the latter two serve every tag of the image.
 */
final class RemovableNames {

  private final ImageReference reference;
  private final HeldImage image;
  private final Map<String, String> targets;

  /**
   * All names as of now.
   *
   * @param image what the reference stands for
   * @param targets the digest of every name in containerd
   */
  RemovableNames(ImageReference reference, HeldImage image, Map<String, String> targets) {
    this.reference = reference;
    this.image = image;
    this.targets = targets;
  }

  /** Other tags of the reference's repository that stand for the same digest, sorted. */
  List<String> siblings() {
    return sameTarget()
        .filter(name -> name.startsWith(reference.name() + ":") && !name.equals(reference.stored()))
        .sorted()
        .toList();
  }

  /** The names to take away, the reference's own first. */
  List<String> all() {
    List<String> names = new ArrayList<>(List.of(reference.stored()));
    String byDigest = reference.name() + "@" + targets.get(reference.stored());
    if (siblings().isEmpty() && !names.contains(byDigest) && targets.containsKey(byDigest)) {
      names.add(byDigest);
    }
    boolean othersStay =
        Stream.concat(image.names().stream().map(HeldName::name), sameTarget())
            .anyMatch(name -> !names.contains(name) && !name.equals(image.id()));
    if (!othersStay && targets.containsKey(image.id())) {
      names.add(image.id());
    }
    return names;
  }

  private Stream<String> sameTarget() {
    String target = targets.get(reference.stored());
    return targets.entrySet().stream()
        .filter(named -> named.getValue().equals(target))
        .map(Map.Entry::getKey);
  }
}
