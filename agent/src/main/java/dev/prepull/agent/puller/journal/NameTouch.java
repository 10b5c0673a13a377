package dev.prepull.agent.puller.journal;

import dev.prepull.model.ImageDigest;
import org.jspecify.annotations.Nullable;

/**
 * How a name stood at one moment.
 *
 * @param digest null when the name was not there, or had none
 * @param stamp empty when the name was not there or the runtime keeps none
 */
public record NameTouch(@Nullable ImageDigest digest, String stamp) {

  /** The name was not there. */
  public static final NameTouch ABSENT = new NameTouch(null, "");
}
