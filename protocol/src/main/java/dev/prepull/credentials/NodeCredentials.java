package dev.prepull.credentials;

import dev.prepull.model.ImageReference;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * What registries are shown for the images of a node's plan, as far as the controller has it.
 * Immutable; {@code toString} shows sources and no secret.
 *
 * @param images those for which there is a credential or a problem, in order
 */
public record NodeCredentials(SequencedMap<ImageReference, OfImage> images) {

  /** None for any image. */
  public static final NodeCredentials EMPTY = new NodeCredentials(Map.of());

  /**
   * What there is for one image.
   *
   * @param credentials to be tried in this order; empty when there are none
   * @param problems why there may be fewer than meant; never with a secret
   */
  public record OfImage(List<RegistryCredential> credentials, List<String> problems) {

    /** Nothing, and nothing is wrong with that. */
    public static final OfImage NOTHING = new OfImage(List.of(), List.of());

    /** Copies both. */
    public OfImage {
      credentials = List.copyOf(credentials);
      problems = List.copyOf(problems);
    }

    private boolean isNothing() {
      return credentials.isEmpty() && problems.isEmpty();
    }
  }

  /** Copies the images, without those for which there is nothing. */
  public NodeCredentials {
    SequencedMap<ImageReference, OfImage> copy = new TreeMap<>(images);
    copy.values().removeIf(OfImage::isNothing);
    images = Collections.unmodifiableSequencedMap(copy);
  }

  /** The same from a map of any kind. */
  public NodeCredentials(Map<ImageReference, OfImage> images) {
    this(new TreeMap<>(images));
  }

  /** What there is for that image. */
  public OfImage of(ImageReference image) {
    return images.getOrDefault(image, OfImage.NOTHING);
  }
}
