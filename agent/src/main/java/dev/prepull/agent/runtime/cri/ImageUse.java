package dev.prepull.agent.runtime.cri;

import dev.prepull.model.HeldImage;
import dev.prepull.model.ImageReference;
import dev.prepull.model.InvalidImageReferenceException;
import java.util.List;

/**
 * A container, running or not, and what it says of its image.
 *
 * @param container as a person finds it: its name and id
 * @param images names and ids of one image, in any spelling
 */
record ImageUse(String container, List<String> images) {

  /** Copies the images. */
  ImageUse {
    images = List.copyOf(images);
  }

  /** Whether the container's image is this one. */
  boolean isOf(HeldImage image) {
    return images.stream()
        .anyMatch(used ->
            used.equals(image.id()) || image.id().equals("sha256:" + used) || names(image, used));
  }

  private static boolean names(HeldImage image, String used) {
    try {
      return image.named(ImageReference.parse(used)).isPresent();
    } catch (InvalidImageReferenceException e) {
      return false; // an id of another image
    }
  }
}
