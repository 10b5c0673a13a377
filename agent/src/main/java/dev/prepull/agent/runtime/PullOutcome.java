package dev.prepull.agent.runtime;

import dev.prepull.model.HeldImage;
import dev.prepull.model.ImageBlob;
import dev.prepull.model.PullReason;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a pull ended. */
public sealed interface PullOutcome {

  /**
   * The runtime holds the image and resolves the reference to it.
   *
   * @param blobs what the image consists of on this platform; empty where the runtime does not show
   *     all of it
   */
  record Pulled(HeldImage image, List<ImageBlob> blobs) implements PullOutcome {

    /** Copies the blobs. */
    public Pulled {
      blobs = List.copyOf(blobs);
    }

    /** Nothing is known of what it consists of. */
    public Pulled(HeldImage image) {
      this(image, List.of());
    }
  }

  /**
   * The image did not come.
   *
   * @param message why, on one line, in the runtime's own words where there are any, such as
   *     completes "Tried to pull an image but …"; of {@link PullReason#RUNTIME_UNAVAILABLE} whole
   *     sentences that say what was tried and what to do
   * @param retryAfter how long the registry asks us to wait, where the runtime shows it
   */
  record Failed(PullReason reason, String message, @Nullable Duration retryAfter)
      implements PullOutcome {}
}
