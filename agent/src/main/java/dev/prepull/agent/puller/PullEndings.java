package dev.prepull.agent.puller;

import dev.prepull.agent.puller.journal.NameTouch;
import dev.prepull.agent.runtime.PullOutcome;
import dev.prepull.loop.EventLoop;
import dev.prepull.model.GoDuration;
import dev.prepull.model.HeldImage;
import dev.prepull.model.ImageBlob;
import dev.prepull.model.PullProblem;
import dev.prepull.model.PullReason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Draws the consequences of a pull that has ended. Lives on the puller's loop. */
final class PullEndings {

  private static final Logger log = LoggerFactory.getLogger(PullEndings.class);

  private final EventLoop loop;
  private final Backoff backoff;
  private final Presence presence;
  private final Pins pins;
  private final Ownership ownership;
  private final Inventory inventory;
  private final PullListener listener;

  PullEndings(
      EventLoop loop,
      Backoff backoff,
      Presence presence,
      Pins pins,
      Ownership ownership,
      Inventory inventory,
      PullListener listener) {
    this.loop = loop;
    this.backoff = backoff;
    this.presence = presence;
    this.pins = pins;
    this.ownership = ownership;
    this.inventory = inventory;
    this.listener = listener;
  }

  /** Whether the runtime has no room left. */
  static boolean isDiskFull(PullOutcome.Failed failed) {
    return failed.reason() == PullReason.DISK_PRESSURE;
  }

  /**
   * The pull of an image of the plan has ended.
   *
   * @param othersRun whether room may come from other pulls' ends
   */
  void end(TrackedImage image, RunningPull pull, PullEnd end, boolean othersRun) {
    switch (end) {
      case PullEnd.AlreadyThere(HeldImage held) -> succeeded(image, pull, held, List.of());
      case PullEnd.Done(PullOutcome.Pulled(HeldImage held, var blobs), var before, var after) -> {
        inventory.outdates(image.reference());
        ownership.pulled(image.reference(), before, after, image.policy().onRemoval());
        succeeded(image, pull, held, blobs);
      }
      case PullEnd.Failed(PullOutcome.Failed failed) -> failed(image, pull, failed);
      case PullEnd.Interrupted() -> failed(image, pull, interrupted(image, pull));
      case PullEnd.Refused(Refusal refusal) -> {
        if (refusal instanceof Refusal.NoRoom(var verdict, _) && verdict.alone()) {
          defer(image, othersRun);
          return;
        }
        refused(image, pull, refusal);
      }
    }
    image
        .report()
        .ifPresent(report -> listener.pulled(report, Duration.between(pull.began(), loop.now())));
  }

  /** The pull of an image that has left the plan has ended; what it brought is ours to delete. */
  void endUnwanted(RunningPull pull, PullEnd end) {
    if (end instanceof PullEnd.Done(_, NameTouch before, NameTouch after)) {
      PullTask task = pull.task();
      ownership.pulled(task.reference(), before, after, task.policy().onRemoval());
      inventory.ask();
    }
  }

  private void succeeded(
      TrackedImage image, RunningPull pull, HeldImage held, List<ImageBlob> blobs) {
    Holding holding = Holding.of(image.reference(), held);
    PullTask task = pull.task();
    if (task.target() != null && !holding.resolvesTo(task.target())) {
      failed(
          image,
          pull,
          new PullOutcome.Failed(
              PullReason.DRIFT,
              "the runtime resolves it to %s instead of %s after the pull"
                  .formatted(holding.digest(), task.target()),
              null));
      return;
    }
    image.forgetFailures();
    image.endPermit(task.permit());
    PullState standing = image.standing(holding);
    if (standing instanceof PullState.Present) {
      presence.back(image);
    }
    image.become(standing, blobs);
    log.atInfo()
        .addKeyValue("image", image.reference())
        .addKeyValue("digest", holding.digest())
        .addKeyValue("bytes", held.sizeBytes())
        .addKeyValue("tookMs", Duration.between(pull.began(), loop.now()).toMillis())
        .log("Pulled");
    pins.settle(image, held);
  }

  private static PullOutcome.Failed interrupted(TrackedImage image, RunningPull pull) {
    return switch (pull.stopped()) {
      case TIMED_OUT -> {
        Duration silence = image.patience();
        image.countTimeout();
        yield new PullOutcome.Failed(
            PullReason.TIMEOUT, "nothing has moved for " + GoDuration.format(silence), null);
      }
      case DISK_FULL ->
          new PullOutcome.Failed(
              PullReason.DISK_PRESSURE,
              "the disk ran full under another pull, so this one was stopped as well",
              PullQueue.PAUSE);
      case NONE, CANCELLED ->
          new PullOutcome.Failed(PullReason.ERR_IMAGE_PULL, "the pull was interrupted", null);
    };
  }

  private void failed(TrackedImage image, RunningPull pull, PullOutcome.Failed failed) {
    int attempt = image.countFailure();
    PullReason reason =
        failed.reason() == PullReason.ERR_IMAGE_PULL && attempt > 1
            ? PullReason.IMAGE_PULL_BACK_OFF
            : failed.reason();
    boolean outdated =
        image.haveCredentialsChanged() && TriedCredentials.mayLieInCredentials(reason);
    Duration wait =
        outdated
            ? Duration.ZERO
            : backoff.after(
                reason, attempt, isDiskFull(failed) ? PullQueue.PAUSE : failed.retryAfter());
    Instant nextRetry = loop.now().plus(wait);
    PullProblem problem = Problems.failed(image, reason, failed, nextRetry);
    Holding holding = image.state().holding();
    if (pull.task().looks() && holding != null) {
      lookFailed(image, pull, problem);
    } else {
      image.become(new PullState.BackingOff(problem, presence.waitFor(image, wait), holding));
    }
    log.atWarn()
        .addKeyValue("image", image.reference())
        .addKeyValue("reason", reason.word())
        .addKeyValue("attempt", attempt)
        .addKeyValue("nextRetry", nextRetry)
        .log(problem.message());
  }

  private static void refused(TrackedImage image, RunningPull pull, Refusal refusal) {
    Holding holding = image.state().holding();
    if (pull.task().looks() && holding != null) {
      lookFailed(image, pull, Problems.refused(image, refusal));
    } else {
      image.become(Presence.blocked(image, refusal, holding));
    }
    log.atWarn()
        .addKeyValue("image", image.reference())
        .addKeyValue("reason", refusal.reason().word())
        .log("Not pulled: {}", refusal.message());
  }

  /** The node holds something all the same; the next look is the controller's to give. */
  private static void lookFailed(TrackedImage image, RunningPull pull, PullProblem problem) {
    image.endPermit(pull.task().permit());
    image.lookFailed(problem);
    image.become(image.standing(image.state().holding()));
  }

  /** The image keeps its permit and its place, and lets others go first. */
  private static void defer(TrackedImage image, boolean othersRun) {
    image.deferred(othersRun);
    image.become(image.standing(image.state().holding()));
  }
}
