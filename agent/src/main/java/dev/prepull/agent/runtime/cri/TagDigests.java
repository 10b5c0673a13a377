package dev.prepull.agent.runtime.cri;

import dev.prepull.model.ImageDigest;
import java.util.Optional;

/** Tells the digest of tags for which CRI's answer leaves several digests open, or none. */
@FunctionalInterface
interface TagDigests {

  /** Knows nothing more than CRI. */
  TagDigests UNKNOWN = tag -> Optional.empty();

  /** The digest that the tag, as the runtime spells it, stands for. */
  Optional<ImageDigest> of(String tag);
}
