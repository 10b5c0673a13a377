package dev.prepull.controller.reconcile;

import dev.prepull.controller.reconcile.ListEvents.Kind;
import dev.prepull.controller.status.RolloutStatus;
import dev.prepull.controller.status.RolloutStatus.ImageStatus;
import dev.prepull.controller.status.RolloutStatus.ListStatus;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Notices from one status to the next when a list's rollout comes to an end, or cannot. Completion
 * is told again only after the rollout has moved; a standstill only when something is different: a
 * mere retry is no news. Belongs to the reconcile loop.
 */
final class RolloutWatch {

  private enum Phase {
    ROLLING,
    COMPLETE,
    STALLED
  }

  /** What was told of a list last, and what the list looked like then. */
  private record Told(Phase phase, List<String> images, int desired, int present) {}

  private final Map<String, Told> told = new HashMap<>();
  private final ListEvents events;

  RolloutWatch(ListEvents events) {
    this.events = events;
  }

  void observe(RolloutStatus status) {
    Set<String> names = new HashSet<>();
    for (ListStatus list : status.lists()) {
      names.add(list.name());
      observe(
          list.name(),
          status.images().stream().filter(image -> image.lists().contains(list.name())).toList());
    }
    told.keySet().retainAll(names);
  }

  private void observe(String list, List<ImageStatus> images) {
    Told now =
        new Told(
            phase(images),
            images.stream().map(ImageStatus::image).toList(),
            images.stream().mapToInt(image -> image.nodes().desired()).sum(),
            images.stream().mapToInt(image -> image.nodes().present()).sum());
    Told before = told.get(list);
    boolean wasComplete = before != null && before.phase() == Phase.COMPLETE;
    switch (now.phase()) {
      case ROLLING -> {
        if (wasComplete) {
          told.remove(list);
        }
      }
      case COMPLETE -> {
        if (!wasComplete) {
          told.put(list, now);
          tell(list, now.phase(), images);
        }
      }
      case STALLED -> {
        if (!now.equals(before)) {
          told.put(list, now);
          tell(list, now.phase(), images);
        }
      }
    }
  }

  private static Phase phase(List<ImageStatus> images) {
    boolean complete = true;
    // As long as no node is known, or none is meant, nothing has been rolled out.
    boolean moving = images.stream().allMatch(image -> image.nodes().desired() == 0);
    for (ImageStatus image : images) {
      RolloutStatus.Counts nodes = image.nodes();
      complete &= nodes.present() == nodes.desired();
      moving |= nodes.pulling() + nodes.waiting() + nodes.unknown() > 0;
    }
    if (moving) {
      return Phase.ROLLING;
    }
    return complete ? Phase.COMPLETE : Phase.STALLED;
  }

  private void tell(String list, Phase phase, List<ImageStatus> images) {
    switch (phase) {
      case ROLLING -> {}
      case COMPLETE ->
          events.record(
              list,
              Kind.ROLLOUT_COMPLETE,
              "Every targeted node holds every one of the %d images".formatted(images.size()));
      case STALLED -> events.record(list, Kind.ROLLOUT_STALLED, stalledMessage(images));
    }
  }

  private static String stalledMessage(List<ImageStatus> images) {
    List<String> stuck =
        images.stream()
            .flatMap(image ->
                image.failures().stream()
                    .map(failure ->
                        "%s: %s on %d of %d nodes"
                            .formatted(
                                image.image(),
                                failure.reason(),
                                failure.count(),
                                image.nodes().desired())))
            .toList();
    String shown = String.join("; ", stuck.subList(0, Math.min(5, stuck.size())));
    return stuck.size() > 5 ? shown + "; and " + (stuck.size() - 5) + " more" : shown;
  }
}
