package dev.prepull.controller.kube;

import dev.prepull.controller.status.RolloutStatus;
import dev.prepull.controller.status.RolloutStatus.ImageStatus;
import dev.prepull.controller.status.StatusJson;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The status as text that fits into a ConfigMap, of which the API server takes 1 MiB at most. */
final class StatusDocument {

  /** Shown instead of a {@link RolloutStatus} that is too large; the HTTP API has it whole. */
  private record Cut(
      Instant observedAt,
      List<RolloutStatus.ListStatus> lists,
      RolloutStatus.Nodes nodes,
      List<ImageStatus> images,
      int imagesOmitted) {}

  private StatusDocument() {}

  /**
   * The JSON. When it is longer than {@code maxBytes}, images are left out and counted in {@code
   * imagesOmitted}: those that fail stay longest, then those that are not identical yet.
   */
  static String render(RolloutStatus status, int maxBytes) {
    String whole = StatusJson.render(status);
    if (bytes(whole) <= maxBytes) {
      return whole;
    }
    List<ImageStatus> mostTelling = new ArrayList<>(status.images());
    mostTelling.sort(
        Comparator.comparing((ImageStatus image) -> image.failures().isEmpty())
            .thenComparing(ImageStatus::identical));
    int room = maxBytes - bytes(render(status, Set.of()));
    Set<ImageStatus> kept = new HashSet<>();
    for (ImageStatus image : mostTelling) {
      room -= bytes(StatusJson.render(image)) + 1;
      if (room < 0) {
        break;
      }
      kept.add(image);
    }
    return render(status, kept);
  }

  private static String render(RolloutStatus status, Set<ImageStatus> kept) {
    return StatusJson.render(
        new Cut(
            status.observedAt(),
            status.lists(),
            status.nodes(),
            status.images().stream().filter(kept::contains).toList(),
            status.images().size() - kept.size()));
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
