package dev.prepull.agent.puller;

import dev.prepull.agent.runtime.PullOutcome;
import dev.prepull.model.DriftPolicy;
import dev.prepull.model.GoDuration;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullProblem;
import dev.prepull.model.PullReason;
import java.time.Duration;
import java.time.Instant;

/** Words what stands between an image and the node. */
final class Problems {

  private Problems() {}

  /** A pull has failed. */
  static PullProblem failed(
      TrackedImage image, PullReason reason, PullOutcome.Failed failed, Instant nextRetry) {
    return new PullProblem(
        reason, FailureMessage.of(image.reference(), failed), image.failures(), nextRetry);
  }

  /** A pull is not allowed to go on. */
  static PullProblem refused(TrackedImage image, Refusal refusal) {
    PullOutcome.Failed failed = new PullOutcome.Failed(refusal.reason(), refusal.message(), null);
    return new PullProblem(
        refusal.reason(), FailureMessage.of(image.reference(), failed), image.failures(), null);
  }

  /** The node holds another image under that name. */
  static PullProblem drift(TrackedImage image, Holding holding) {
    ImageDigest digest = holding.digest();
    String what =
        digest == null
            ? "an image without a repository digest, as after a local build or load"
            : digest.value();
    String locked = image.lock().map(ImageDigest::value).orElse("another digest");
    String advice =
        image.policy().onDrift() == DriftPolicy.CONVERGE
            ? "It is brought back when its turn comes."
            : "Nothing is changed because onDrift is Report; set Converge, or pull %s@%s and tag it."
                .formatted(image.reference().name(), locked);
    return new PullProblem(
        PullReason.DRIFT,
        "Looked up %s and found %s, but it is locked to %s. %s"
            .formatted(image.reference().forRuntime(), what, locked, advice),
        image.failures(),
        null);
  }

  /** Something takes the image away again and again. */
  static PullProblem evictionLoop(TrackedImage image, Duration wait, Instant nextRetry) {
    return new PullProblem(
        PullReason.EVICTION_LOOP,
        "Brought %s back but it has disappeared %d times in a row, each time within %d minutes of its being back. Look for what else manages images on the node, such as a cleanup job or the kubelet's image garbage collection; the next attempt waits %s."
            .formatted(
                image.reference().forRuntime(),
                image.evictions().inARow(),
                EvictionWatch.SOON.toMinutes(),
                GoDuration.format(wait)),
        image.evictions().inARow(),
        nextRetry);
  }

  /** The image is there and unprotected. */
  static PullProblem pinUnsupported(ImageReference reference) {
    return new PullProblem(
        PullReason.PIN_UNSUPPORTED,
        "Tried to pin %s but this container runtime has no way to protect an image from the kubelet's garbage collection. Take pin from the entry, or raise the kubelet's imageGCHighThresholdPercent."
            .formatted(reference.forRuntime()),
        0,
        null);
  }
}
