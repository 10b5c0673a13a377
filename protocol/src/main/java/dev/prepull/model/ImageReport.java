package dev.prepull.model;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an agent says of one image of its plan.
 *
 * @param digest the repository digest that the runtime resolves the reference to; null when the
 *     image is absent or has none, as after a local build
 * @param sizeBytes the size that the runtime gives, or zero
 * @param began when the pull under way began; null in any other state
 * @param problem why the image is not present as planned, or what else went wrong with it; null
 *     when there is nothing to say
 * @param permit the permit by which the image is granted or being pulled, else the one that ended
 *     last; zero when there was none
 * @param blobs what the image consists of on this node's platform; only where a pull has just shown
 *     it, else empty
 */
public record ImageReport(
    ImageReference reference,
    ImageState state,
    @Nullable ImageDigest digest,
    long sizeBytes,
    PullProgress progress,
    @Nullable Instant began,
    @Nullable PullProblem problem,
    long permit,
    List<ImageBlob> blobs) {

  /** Copies the blobs. */
  public ImageReport {
    blobs = List.copyOf(blobs);
  }

  /** A report that has nothing to say beyond the state. */
  public static ImageReport of(ImageReference reference, ImageState state) {
    return new ImageReport(
        reference, state, null, 0, PullProgress.UNKNOWN, null, null, 0, List.of());
  }

  /** The image is held under that digest. */
  public static ImageReport present(
      ImageReference reference, @Nullable ImageDigest digest, long sizeBytes) {
    return new ImageReport(
        reference,
        ImageState.PRESENT,
        digest,
        sizeBytes,
        PullProgress.UNKNOWN,
        null,
        null,
        0,
        List.of());
  }

  /** The image is not as planned, for a reason. */
  public static ImageReport troubled(
      ImageReference reference, ImageState state, PullProblem problem) {
    return of(reference, state).withProblem(problem);
  }

  /** The pull has come so far. */
  public static ImageReport pulling(
      ImageReference reference, PullProgress progress, Instant began) {
    return new ImageReport(
        reference, ImageState.PULLING, null, 0, progress, began, null, 0, List.of());
  }

  /** The same, with that problem. */
  public ImageReport withProblem(@Nullable PullProblem other) {
    return new ImageReport(
        reference, state, digest, sizeBytes, progress, began, other, permit, blobs);
  }

  /** The same, naming that permit. */
  public ImageReport withPermit(long id) {
    return new ImageReport(
        reference, state, digest, sizeBytes, progress, began, problem, id, blobs);
  }

  /** The same, with what the image consists of. */
  public ImageReport withBlobs(List<ImageBlob> shown) {
    return new ImageReport(
        reference, state, digest, sizeBytes, progress, began, problem, permit, shown);
  }

  /** The same in another state. */
  public ImageReport withState(ImageState other) {
    return new ImageReport(
        reference, other, digest, sizeBytes, progress, began, problem, permit, blobs);
  }
}
