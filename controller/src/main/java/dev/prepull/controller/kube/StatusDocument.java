package dev.prepull.controller.kube;

import dev.prepull.controller.plan.DigestLock;
import dev.prepull.controller.status.LockJson;
import dev.prepull.controller.status.RolloutStatus;
import dev.prepull.controller.status.RolloutStatus.ImageStatus;
import dev.prepull.controller.status.RolloutStatus.ListStatus;
import dev.prepull.controller.status.StatusJson;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Status and locks as texts that fit together into a ConfigMap, of which the API server takes 1 MiB
 * at most. The locks come first, because nobody else has them; the HTTP API has the whole status.
 *
 * @param status of {@link #STATUS_KEY}
 * @param locks of {@link #LOCKS_KEY}
 * @param locksOmitted how many locks found no room
 */
record StatusDocument(String status, String locks, int locksOmitted) {

  static final String STATUS_KEY = "status.json";
  static final String LOCKS_KEY = "locks.json";

  /** Below the 1 MiB of the API server, with room for metadata. */
  static final int MAX_BYTES = 960 * 1024;

  /** The most that the status takes, however few locks there are. */
  static final int MAX_STATUS_BYTES = 900 * 1024;

  /** What the locks leave to the status at least, so that lists and failures can be told. */
  static final int MIN_STATUS_BYTES = 64 * 1024;

  /** Written instead of a {@link RolloutStatus} that is too large or does not tell everything. */
  private record Cut(
      Instant observedAt,
      List<String> doctor,
      List<ListStatus> lists,
      RolloutStatus.Nodes nodes,
      List<ImageStatus> images,
      int imagesOmitted,
      int listsOmitted,
      int locksOmitted) {}

  /**
   * The texts. What does not fit is left out and counted in {@code imagesOmitted}, {@code
   * listsOmitted} and {@code locksOmitted}: images that fail stay longest, then those that are not
   * identical yet.
   */
  static StatusDocument of(RolloutStatus status, Collection<DigestLock> locks) {
    LockJson.Written kept = LockJson.render(locks, MAX_BYTES - MIN_STATUS_BYTES);
    int room = Math.min(MAX_STATUS_BYTES, MAX_BYTES - bytes(kept.json()));
    return new StatusDocument(render(status, room, kept.omitted()), kept.json(), kept.omitted());
  }

  /** The data of the ConfigMap. */
  Map<String, String> data() {
    return Map.of(STATUS_KEY, status, LOCKS_KEY, locks);
  }

  private static String render(RolloutStatus status, int maxBytes, int locksOmitted) {
    String whole = StatusJson.render(status);
    if (locksOmitted == 0 && bytes(whole) <= maxBytes) {
      return whole;
    }
    List<ListStatus> lists = shortened(status.lists(), maxBytes / 2);
    int room = maxBytes - bytes(StatusJson.render(cut(status, lists, List.of(), locksOmitted)));
    return StatusJson.render(cut(status, lists, mostTelling(status.images(), room), locksOmitted));
  }

  private static Cut cut(
      RolloutStatus status, List<ListStatus> lists, List<ImageStatus> images, int locksOmitted) {
    return new Cut(
        status.observedAt(),
        status.doctor(),
        lists,
        status.nodes(),
        images,
        status.images().size() - images.size(),
        status.lists().size() - lists.size(),
        locksOmitted);
  }

  private static List<ImageStatus> mostTelling(List<ImageStatus> images, int maxBytes) {
    List<ImageStatus> ordered = new ArrayList<>(images);
    ordered.sort(
        Comparator.comparing((ImageStatus image) -> image.failures().isEmpty())
            .thenComparing(ImageStatus::identical));
    int room = maxBytes;
    Map<ImageStatus, Boolean> kept = new IdentityHashMap<>();
    for (ImageStatus image : ordered) {
      room -= bytes(StatusJson.render(image)) + 1;
      if (room < 0) {
        break;
      }
      kept.put(image, true);
    }
    return images.stream().filter(kept::containsKey).toList();
  }

  /** As many lists as fit, the refused ones first; without what they say where that is too long. */
  private static List<ListStatus> shortened(List<ListStatus> lists, int maxBytes) {
    if (bytes(StatusJson.render(lists)) <= maxBytes) {
      return lists;
    }
    List<ListStatus> ordered = new ArrayList<>(lists);
    ordered.sort(Comparator.comparing(ListStatus::accepted));
    int room = maxBytes;
    List<ListStatus> kept = new ArrayList<>();
    for (ListStatus list : ordered) {
      ListStatus told =
          new ListStatus(
              list.name(),
              list.resourceVersion(),
              list.accepted(),
              list.errors().stream().limit(1).toList(),
              List.of());
      room -= bytes(StatusJson.render(told)) + 1;
      if (room < 0) {
        break;
      }
      kept.add(told);
    }
    kept.sort(Comparator.comparing(ListStatus::name));
    return kept;
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
