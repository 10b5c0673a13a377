package dev.prepull.agent.runtime;

import dev.prepull.model.HeldImage;
import dev.prepull.model.PullReason;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How a pull ended. */
public sealed interface PullOutcome {

  /** The runtime holds the image and resolves the reference to it. */
  record Pulled(HeldImage image) implements PullOutcome {}

  /**
   * The image did not come.
   *
   * @param message the runtime's own words, on one line
   * @param retryAfter how long the registry asks us to wait, where the runtime shows it
   */
  record Failed(PullReason reason, String message, @Nullable Duration retryAfter)
      implements PullOutcome {}
}
