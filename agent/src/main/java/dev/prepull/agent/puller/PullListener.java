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

  /** A permit has ended whose image is not part of the plan; nothing else is to be said of it. */
  default void parted(ImageReport last) {}

  /** A pull has ended, whichever way. */
  default void pulled(ImageReport outcome, Duration took) {}

  /** An image of the plan was deleted, or replaced, by somebody else. */
  default void vanished(ImageReference reference) {}

  /** An image that had vanished is there again. */
  default void repaired(ImageReference reference) {}

  /** An image that has left the plan was deleted. */
  default void removed(ImageReference reference) {}

  /** So many images are pinned by this agent now. */
  default void pinned(int images) {}
}
