package dev.prepull.agent.puller;

import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import java.time.Duration;

/** Is told what the puller does. Called on the puller's loop; must not block. */
public interface PullListener {

  /** This is how the image stands now. */
  void changed(ImageReport report);

  /** The image is no longer part of the plan. */
  default void forgotten(ImageReference reference) {}

  /** A pull has ended, whichever way. */
  default void pulled(ImageReport outcome, Duration took) {}
}
