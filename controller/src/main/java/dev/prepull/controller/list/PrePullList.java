package dev.prepull.controller.list;

import java.util.List;

/**
 * A list that was read without a problem.
 *
 * @param name the ConfigMap's name
 */
public record PrePullList(String name, RolloutSettings rollout, List<ImageEntry> images) {

  /** Copies the images. */
  public PrePullList {
    images = List.copyOf(images);
  }
}
