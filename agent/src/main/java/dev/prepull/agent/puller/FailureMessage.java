package dev.prepull.agent.puller;

import dev.prepull.agent.runtime.PullOutcome;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullReason;

/** Says of a failed pull what was tried, on what, why it failed and what to do. */
final class FailureMessage {

  private FailureMessage() {}

  static String of(ImageReference reference, PullOutcome.Failed failed) {
    if (failed.reason() == PullReason.RUNTIME_UNAVAILABLE) {
      // The adapter has said what it tried at which socket, and what to check.
      return failed.message();
    }
    return "Tried to pull %s but %s. %s"
        .formatted(
            reference.forRuntime(),
            withoutFullStop(failed.message()),
            advice(failed.reason(), reference));
  }

  private static String withoutFullStop(String words) {
    return words.endsWith(".") ? words.substring(0, words.length() - 1) : words;
  }

  private static String advice(PullReason reason, ImageReference reference) {
    return switch (reason) {
      case NOT_FOUND -> "Check repository and tag in the list, or push the image.";
      case UNAUTHORIZED ->
          "Name a Secret for %s in the list, under pullSecrets, or give the node a credential: a docker config that --docker-config names, or the kubelet's credential provider."
              .formatted(reference.registry());
      case INVALID_IMAGE_NAME -> "Correct the reference in the list.";
      case NO_MATCHING_PLATFORM ->
          "Name the platforms that the image exists for, or push it for this one.";
      case RATE_LIMITED -> "The next attempt waits; a mirror or credentials may raise the limit.";
      case REGISTRY_UNAVAILABLE ->
          "Check from the node that %s can be reached and that its certificate is trusted."
              .formatted(reference.registry());
      case DISK_PRESSURE -> "Make room on the node's image filesystem.";
      case MAX_SIZE_EXCEEDED -> "Raise maxSize in the list, or make the image smaller.";
      case TIMEOUT -> "Check the registry and the network, or raise pullTimeout in the list.";
      case CORRUPT_IMAGE -> "Check the registry's storage and any proxy on the way.";
      case PIN_UNSUPPORTED ->
          "Take pin from the entry, or raise the kubelet's imageGCHighThresholdPercent.";
      case DRIFT ->
          "If the tag has moved in the registry, list the image by its digest or push the locked one again; else look for what else sets tags on the node.";
      case EVICTION_LOOP -> "Look for what else manages images on the node.";
      case ERR_IMAGE_PULL, IMAGE_PULL_BACK_OFF, RUNTIME_UNAVAILABLE ->
          "The next attempt follows by itself.";
    };
  }
}
