package dev.prepull.model;

import org.jspecify.annotations.Nullable;

/**
 * What an agent says of one image of its plan.
 *
 * @param digest the repository digest that the runtime resolves the reference to; null when the
 *     image is absent or has none, as after a local build
 * @param sizeBytes the size that the runtime gives, or zero
 * @param problem why the image is not present as planned; null when there is nothing to say
 */
public record ImageReport(
    ImageReference reference,
    ImageState state,
    @Nullable ImageDigest digest,
    long sizeBytes,
    PullProgress progress,
    @Nullable PullProblem problem) {

  /** A report that has nothing to say beyond the state. */
  public static ImageReport of(ImageReference reference, ImageState state) {
    return new ImageReport(reference, state, null, 0, PullProgress.UNKNOWN, null);
  }

  /** The image is held under that digest. */
  public static ImageReport present(
      ImageReference reference, @Nullable ImageDigest digest, long sizeBytes) {
    return new ImageReport(
        reference, ImageState.PRESENT, digest, sizeBytes, PullProgress.UNKNOWN, null);
  }

  /** The image is not as planned, for a reason. */
  public static ImageReport troubled(
      ImageReference reference, ImageState state, PullProblem problem) {
    return new ImageReport(reference, state, null, 0, PullProgress.UNKNOWN, problem);
  }

  /** The pull has come so far. */
  public static ImageReport pulling(ImageReference reference, PullProgress progress) {
    return new ImageReport(reference, ImageState.PULLING, null, 0, progress, null);
  }
}
