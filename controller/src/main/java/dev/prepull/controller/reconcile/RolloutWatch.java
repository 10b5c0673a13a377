package dev.prepull.controller.reconcile;

import dev.prepull.controller.reconcile.ListEvents.Kind;
import dev.prepull.controller.status.RolloutStatus;
import dev.prepull.controller.status.RolloutStatus.Failure;
import dev.prepull.controller.status.RolloutStatus.ImageStatus;
import dev.prepull.controller.status.RolloutStatus.ListStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Notices from one status to the next when a list's rollout comes to an end, or when images of it
 * stand still. Both are told once: completion again only when it is of something else or ends a
 * standstill, a standstill only when an image or a reason is new. Retries, repairs and looks at the
 * registry are no news. Belongs to the reconcile loop.
 */
final class RolloutWatch {

  /** Stands among the reasons of an image whose wave has stopped. */
  private static final String STOPPED = "";

  private static final int IMAGES_TOLD = 5;

  private final Map<String, Told> told = new HashMap<>();
  private final ListEvents events;

  /** What the end of a rollout was reached with. */
  private record Done(String image, @Nullable String digest, int nodes) {}

  /** What was told of one list. */
  private static final class Told {
    /** The last completion; empty when none was told since the last standstill. */
    private List<Done> complete = List.of();

    /** The reasons told of each image that stands still. */
    private final Map<String, Set<String>> stuck = new TreeMap<>();
  }

  RolloutWatch(ListEvents events) {
    this.events = events;
  }

  void observe(RolloutStatus status) {
    Map<String, List<ImageStatus>> imagesOf = new HashMap<>();
    for (ImageStatus image : status.images()) {
      image
          .lists()
          .forEach(list -> imagesOf.computeIfAbsent(list, key -> new ArrayList<>()).add(image));
    }
    Set<String> names = new HashSet<>();
    for (ListStatus list : status.lists()) {
      names.add(list.name());
      observe(
          list.name(),
          told.computeIfAbsent(list.name(), name -> new Told()),
          imagesOf.getOrDefault(list.name(), List.of()));
    }
    told.keySet().retainAll(names);
  }

  private void observe(String list, Told before, List<ImageStatus> images) {
    forget(before, images);
    List<ImageStatus> stuck = stuck(images);
    if (remember(before, stuck)) {
      before.complete = List.of();
      events.record(list, Kind.ROLLOUT_STALLED, stalledMessage(stuck));
    } else if (isComplete(images)) {
      List<Done> now =
          images.stream()
              .map(image -> new Done(image.image(), image.digest(), image.nodes().desired()))
              .toList();
      if (!now.equals(before.complete)) {
        before.complete = now;
        events.record(
            list,
            Kind.ROLLOUT_COMPLETE,
            "Every targeted node holds every one of the %d images with its locked digest"
                .formatted(images.size()));
      }
    }
  }

  /** Images that no longer stand still, or no longer for a stopped wave, may be told again. */
  private static void forget(Told before, List<ImageStatus> images) {
    Map<String, ImageStatus> now = new HashMap<>();
    images.forEach(image -> now.put(image.image(), image));
    before
        .stuck
        .entrySet()
        .removeIf(entry -> {
          ImageStatus image = now.get(entry.getKey());
          if (image != null && image.stalled() == null) {
            entry.getValue().remove(STOPPED);
          }
          return image == null || isComplete(image);
        });
  }

  /**
   * Images whose wave has stopped, whatever the others do; and when nothing of the list moves any
   * more, those that fail.
   */
  private static List<ImageStatus> stuck(List<ImageStatus> images) {
    boolean moving = images.stream().anyMatch(RolloutWatch::isMoving);
    return images.stream()
        .filter(image -> image.stalled() != null || (!moving && !isComplete(image)))
        .toList();
  }

  /** Adds what is new; true when anything was. */
  private static boolean remember(Told before, List<ImageStatus> stuck) {
    boolean news = false;
    for (ImageStatus image : stuck) {
      Set<String> reasons = before.stuck.get(image.image());
      if (reasons == null) {
        reasons = new HashSet<>();
        before.stuck.put(image.image(), reasons);
        news = true;
      }
      if (image.stalled() != null) {
        news |= reasons.add(STOPPED);
      }
      for (Failure failure : image.failures()) {
        news |= reasons.add(failure.reason());
      }
    }
    return news;
  }

  /** Also while every node holds it and only the lock is still to be found. */
  private static boolean isMoving(ImageStatus image) {
    RolloutStatus.Counts nodes = image.nodes();
    return image.stalled() == null
        && !isComplete(image)
        && (nodes.pulling() + nodes.waiting() + nodes.drifted() + nodes.unknown() > 0
            || nodes.failed() + nodes.blocked() == 0);
  }

  /** As long as no node is known, or none is meant, nothing has been rolled out. */
  private static boolean isComplete(List<ImageStatus> images) {
    return images.stream().anyMatch(image -> image.nodes().desired() > 0)
        && images.stream().allMatch(RolloutWatch::isComplete);
  }

  private static boolean isComplete(ImageStatus image) {
    return image.identical() || image.nodes().desired() == 0;
  }

  private static String stalledMessage(List<ImageStatus> stuck) {
    List<String> parts = stuck.stream().flatMap(image -> parts(image).stream()).toList();
    String shown = String.join("; ", parts.subList(0, Math.min(IMAGES_TOLD, parts.size())));
    return parts.size() > IMAGES_TOLD
        ? shown + "; and " + (parts.size() - IMAGES_TOLD) + " more"
        : shown;
  }

  private static List<String> parts(ImageStatus image) {
    RolloutStatus.Counts nodes = image.nodes();
    if (image.stalled() != null) {
      String heldBack =
          "%s: held back on %d of %d nodes: %s"
              .formatted(
                  image.image(),
                  nodes.waiting() + nodes.drifted(),
                  nodes.desired(),
                  image.stalled());
      return List.of(
          image.failures().stream()
              .max(Comparator.comparingInt(Failure::count))
              .map(failure ->
                  "%s; %s on %d: %s"
                      .formatted(heldBack, failure.reason(), failure.count(), failure.message()))
              .orElse(heldBack));
    }
    return image.failures().stream()
        .map(failure ->
            "%s: %s on %d of %d nodes"
                .formatted(image.image(), failure.reason(), failure.count(), nodes.desired()))
        .toList();
  }
}
