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
 * Notices from one status to the next when a list's rollout comes to an end, or cannot. Each is
 * told once, until the rollout moves again. Belongs to the reconcile loop.
 */
final class RolloutWatch {

  private enum Phase {
    ROLLING,
    COMPLETE,
    STALLED
  }

  private final Map<String, Phase> phases = new HashMap<>();
  private final ListEvents events;

  RolloutWatch(ListEvents events) {
    this.events = events;
  }

  void observe(RolloutStatus status) {
    Set<String> names = new HashSet<>();
    for (ListStatus list : status.lists()) {
      names.add(list.name());
      List<ImageStatus> images =
          status.images().stream().filter(image -> image.lists().contains(list.name())).toList();
      Phase phase = phase(images);
      Phase before = phases.put(list.name(), phase);
      if (before != phase && !images.isEmpty()) {
        tell(list.name(), phase, images);
      }
    }
    phases.keySet().retainAll(names);
  }

  private static Phase phase(List<ImageStatus> images) {
    boolean complete = true;
    boolean moving = false;
    for (ImageStatus image : images) {
      RolloutStatus.Counts nodes = image.nodes();
      complete &= nodes.present() == nodes.desired();
      moving |= nodes.pulling() + nodes.waiting() + nodes.unknown() > 0;
    }
    if (complete) {
      return Phase.COMPLETE;
    }
    return moving ? Phase.ROLLING : Phase.STALLED;
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
