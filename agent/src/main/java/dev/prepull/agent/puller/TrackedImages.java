package dev.prepull.agent.puller;

import dev.prepull.model.ImageReference;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlannedImage;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The images of the plan in the plan's order. Belongs to the puller's loop. */
final class TrackedImages {

  private Map<ImageReference, TrackedImage> images = new LinkedHashMap<>();

  /**
   * Keeps what both plans have and begins what is new.
   *
   * @return what the new plan does not have
   */
  List<TrackedImage> adopt(NodePlan plan, Function<PlannedImage, TrackedImage> begin) {
    Map<ImageReference, TrackedImage> next = new LinkedHashMap<>();
    for (PlannedImage planned : plan.images()) {
      TrackedImage image = images.remove(planned.reference());
      if (image == null) {
        image = begin.apply(planned);
      } else {
        image.planned(planned);
      }
      next.put(planned.reference(), image);
    }
    List<TrackedImage> gone = List.copyOf(images.values());
    images = next;
    return gone;
  }

  Collection<TrackedImage> all() {
    return images.values();
  }

  Optional<TrackedImage> of(ImageReference reference) {
    return Optional.ofNullable(images.get(reference));
  }

  /** The image that a runtime stores under that name. */
  Optional<TrackedImage> stored(String name) {
    return images.values().stream()
        .filter(image -> image.reference().stored().equals(name))
        .findFirst();
  }

  boolean areAllPresent() {
    return images.values().stream().allMatch(image -> image.state() instanceof PullState.Present);
  }

  int size() {
    return images.size();
  }
}
