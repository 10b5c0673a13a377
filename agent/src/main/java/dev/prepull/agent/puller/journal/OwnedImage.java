package dev.prepull.agent.puller.journal;

import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.RemovalPolicy;
import org.jspecify.annotations.Nullable;

/**
 * What this agent has done to one name.
 *
 * @param digest what the name resolved to then
 * @param stamp the runtime's record of who touched the name last; empty where it keeps none
 * @param pulled whether the name is there because this agent pulled it
 * @param pinned whether this agent protects it from the kubelet's garbage collection
 * @param onRemoval what the plan said last
 */
public record OwnedImage(
    ImageReference reference,
    @Nullable ImageDigest digest,
    String stamp,
    boolean pulled,
    boolean pinned,
    RemovalPolicy onRemoval) {

  /** Whether the name still is what this agent left behind. */
  public boolean matches(@Nullable ImageDigest found, String foundStamp) {
    return digest != null && digest.equals(found) && stamp.equals(foundStamp);
  }

  OwnedImage withStamp(String other) {
    return new OwnedImage(reference, digest, other, pulled, pinned, onRemoval);
  }

  OwnedImage withPulled(boolean now) {
    return new OwnedImage(reference, digest, stamp, now, pinned, onRemoval);
  }

  OwnedImage withPinned(boolean now) {
    return new OwnedImage(reference, digest, stamp, pulled, now, onRemoval);
  }

  OwnedImage withPolicy(RemovalPolicy policy) {
    return new OwnedImage(reference, digest, stamp, pulled, pinned, policy);
  }
}
