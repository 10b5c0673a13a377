package dev.prepull.model;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * An image that a runtime holds, complete.
 *
 * @param id the runtime's own id of the image, never used for comparison between nodes
 * @param names all names of the image, sorted
 * @param sizeBytes the size that the runtime gives
 * @param pinned whether the runtime tells the kubelet to spare it from garbage collection
 */
public record HeldImage(String id, List<HeldName> names, long sizeBytes, boolean pinned) {

  /** Sorts the names. */
  public HeldImage {
    names = names.stream().sorted(Comparator.comparing(HeldName::name)).toList();
  }

  /** The name by which this image answers to the reference; empty when it is another image. */
  public Optional<HeldName> named(ImageReference reference) {
    String stored = reference.stored();
    return names.stream().filter(held -> held.name().equals(stored)).findFirst();
  }
}
