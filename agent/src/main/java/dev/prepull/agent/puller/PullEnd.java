package dev.prepull.agent.puller;

import dev.prepull.agent.puller.journal.NameTouch;
import dev.prepull.agent.runtime.PullOutcome;
import dev.prepull.model.HeldImage;

/** How a running pull came to its end. */
sealed interface PullEnd {

  /** The image had arrived by other means; nothing was asked of the registry. */
  record AlreadyThere(HeldImage held) implements PullEnd {}

  /**
   * The pull went well.
   *
   * @param before how the name stood before
   * @param after how it stands now
   */
  record Done(PullOutcome.Pulled outcome, NameTouch before, NameTouch after) implements PullEnd {}

  /** The runtime says why it did not go well. */
  record Failed(PullOutcome.Failed outcome) implements PullEnd {}

  /** It was ended because there is no room, or because the image is too large. */
  record Refused(Refusal refusal) implements PullEnd {}

  /** It was ended for another reason of the puller's own. */
  record Interrupted() implements PullEnd {}
}
