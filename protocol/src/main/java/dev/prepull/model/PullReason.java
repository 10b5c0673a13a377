package dev.prepull.model;

import java.util.Arrays;
import java.util.Optional;

/**
 * Why an image is not where it should be. The words are the kubelet's where it has one.
 *
 * @see <a href="https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/images/types.go">
 *     the kubelet's image errors</a>
 */
public enum PullReason {
  /** The pull failed for a reason that no other word covers. */
  ERR_IMAGE_PULL("ErrImagePull", Retry.TRANSIENT),
  /** The pull failed before and waits for its next attempt. */
  IMAGE_PULL_BACK_OFF("ImagePullBackOff", Retry.TRANSIENT),
  /** The runtime does not accept the reference. */
  INVALID_IMAGE_NAME("InvalidImageName", Retry.PERMANENT),
  /** The registry could not be reached or answered with a server error. */
  REGISTRY_UNAVAILABLE("RegistryUnavailable", Retry.TRANSIENT),
  /** The registry refused the credentials, or wants some. */
  UNAUTHORIZED("Unauthorized", Retry.PERMANENT),
  /** The registry has no such repository, tag or digest. */
  NOT_FOUND("NotFound", Retry.PERMANENT),
  /** The registry has the image, but not for this node's platform. */
  NO_MATCHING_PLATFORM("NoMatchingPlatform", Retry.PERMANENT),
  /** The registry asks for fewer requests. */
  RATE_LIMITED("RateLimited", Retry.TRANSIENT),
  /** The node's image filesystem has no room for the image. */
  DISK_PRESSURE("DiskPressure", Retry.TRANSIENT),
  /** The image is larger than its entry allows. */
  MAX_SIZE_EXCEEDED("MaxSizeExceeded", Retry.PERMANENT),
  /** The pull showed no progress for the allowed time. */
  TIMEOUT("Timeout", Retry.TRANSIENT),
  /** What arrived does not match its digest. */
  CORRUPT_IMAGE("CorruptImage", Retry.TRANSIENT),
  /** The node resolves the reference to another digest than the locked one. */
  DRIFT("Drift", Retry.TRANSIENT),
  /** Something on the node keeps deleting the image. */
  EVICTION_LOOP("EvictionLoop", Retry.TRANSIENT),
  /** The image is there, but this runtime has no way to protect it from garbage collection. */
  PIN_UNSUPPORTED("PinUnsupported", Retry.PERMANENT),
  /** The node's container runtime does not answer. */
  RUNTIME_UNAVAILABLE("RuntimeUnavailable", Retry.TRANSIENT);

  /** How soon it makes sense to try again. */
  public enum Retry {
    /** Exponentially, beginning with seconds. */
    TRANSIENT,
    /** Slowly: somebody has to change something first. */
    PERMANENT
  }

  private final String word;
  private final Retry retry;

  PullReason(String word, Retry retry) {
    this.word = word;
    this.retry = retry;
  }

  /** The word as users see it. */
  public String word() {
    return word;
  }

  /** How soon it makes sense to try again. */
  public Retry retry() {
    return retry;
  }

  /**
   * Whether the cause lies with the node alone, so that it says nothing about how the image will
   * fare on others.
   */
  public boolean isOfNode() {
    return switch (this) {
      case DISK_PRESSURE, DRIFT, EVICTION_LOOP, PIN_UNSUPPORTED, RUNTIME_UNAVAILABLE -> true;
      case ERR_IMAGE_PULL,
          IMAGE_PULL_BACK_OFF,
          INVALID_IMAGE_NAME,
          REGISTRY_UNAVAILABLE,
          UNAUTHORIZED,
          NOT_FOUND,
          NO_MATCHING_PLATFORM,
          RATE_LIMITED,
          MAX_SIZE_EXCEEDED,
          TIMEOUT,
          CORRUPT_IMAGE ->
          false;
    };
  }

  /** Whether the registry asks, or may be asking, to be left alone for a while. */
  public boolean slowsRegistry() {
    return this == RATE_LIMITED || this == REGISTRY_UNAVAILABLE;
  }

  /** The reason of that word; empty for a word that a newer version may know. */
  public static Optional<PullReason> ofWord(String word) {
    return Arrays.stream(values()).filter(reason -> reason.word.equals(word)).findFirst();
  }
}
