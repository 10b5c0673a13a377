package dev.prepull.model;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * An image that a runtime holds, complete.
 *
 * @param id the runtime's own id of the image, never used for comparison between nodes
 * @param names all names of the image, sorted; a name stands once for each digest that it may have
 *     been pulled by, where the runtime does not tell them apart
 * @param sizeBytes the size that the runtime gives
 * @param pinned whether the runtime tells the kubelet to spare it from garbage collection
 */
public record HeldImage(String id, List<HeldName> names, long sizeBytes, boolean pinned) {

  private static final Comparator<HeldName> ORDER =
      Comparator.comparing(HeldName::name)
          .thenComparing(
              HeldName::digest, Comparator.nullsLast(Comparator.<ImageDigest>naturalOrder()));

  /** Sorts the names. */
  public HeldImage {
    names = names.stream().sorted(ORDER).toList();
  }

  /**
   * Whether the runtime resolves the reference to that digest. Ask this rather than compare the
   * digest of {@link #named}: one image may have been pulled by several digests, as when a build
   * that changed nothing was pushed again.
   */
  public boolean resolves(ImageReference reference, ImageDigest digest) {
    return names.contains(new HeldName(reference.stored(), digest));
  }

  /** The name by which this image answers to the reference; empty when it is another image. */
  public Optional<HeldName> named(ImageReference reference) {
    String stored = reference.stored();
    return names.stream().filter(held -> held.name().equals(stored)).findFirst();
  }
}
