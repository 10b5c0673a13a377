package dev.prepull.model;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/**
 * Everything that one node shall hold, in the order in which it is to be pulled: higher priority
 * first, then by name.
 */
public record NodePlan(PlanRevision revision, List<PlannedImage> images) {

  private static final int REVISION_BYTES = 8;

  private static final Comparator<PlannedImage> PULL_ORDER =
      Comparator.<PlannedImage>comparingInt(image -> image.policy().priority())
          .reversed()
          .thenComparing(PlannedImage::reference);

  /** A plan that asks for nothing. */
  public static final NodePlan EMPTY = of(List.of());

  /** Copies the images; use {@link #of} to sort them and compute the revision. */
  public NodePlan {
    images = List.copyOf(images);
  }

  /** The plan of these images; its revision is a hash of their content. */
  public static NodePlan of(List<PlannedImage> images) {
    List<PlannedImage> ordered = images.stream().sorted(PULL_ORDER).toList();
    return new NodePlan(revisionOf(ordered), ordered);
  }

  private static PlanRevision revisionOf(List<PlannedImage> images) {
    MessageDigest sha256 = sha256();
    for (PlannedImage image : images) {
      String line = String.join("\t", image.reference().written(), image.policy().toString());
      sha256.update((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
    return new PlanRevision(HexFormat.of().formatHex(sha256.digest(), 0, REVISION_BYTES));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
