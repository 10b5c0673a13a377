package dev.prepull.controller.rollout;

import dev.prepull.controller.rollout.LockBook.Looked;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.Platform;
import dev.prepull.model.PullProblem;
import dev.prepull.model.PullReason;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the end of a permit means: for the lock, for the registry's pace, for what is known of the
 * image. Belongs to the reconcile loop.
 */
final class PullOutcomes {

  private static final Logger log = LoggerFactory.getLogger(PullOutcomes.class);

  private final LockBook locks;
  private final LockNews news;
  private final Registries registries;
  private final KnownBlobs blobs;

  PullOutcomes(LockBook locks, LockNews news, Registries registries, KnownBlobs blobs) {
    this.locks = locks;
    this.news = news;
    this.registries = registries;
    this.blobs = blobs;
  }

  /**
   * The problem of a node that holds the image and yet has one: it could not ask the registry. Null
   * where there is none, or where the problem is one of the held image itself.
   */
  static @Nullable PullProblem lookProblem(ImageReport report) {
    PullProblem problem = report.problem();
    boolean ofTheImage =
        problem == null
            || problem.reason() == PullReason.DRIFT
            || problem.reason() == PullReason.PIN_UNSUPPORTED;
    return holds(report) && !ofTheImage ? problem : null;
  }

  private static boolean holds(ImageReport report) {
    return report.state() == ImageState.PRESENT || report.state() == ImageState.DRIFTED;
  }

  /** The permit has ended with that report, which the wave has taken in already. */
  void ended(ImageWave wave, FleetNode node, PermitInUse permit, ImageReport report, Instant now) {
    pace(registries.of(permit.reference().registry()), report, now);
    ImageDigest digest = report.digest();
    Platform platform = node.platform();
    if (digest != null && platform != null) {
      blobs.learn(digest, platform, report.blobs());
    }
    switch (permit.purpose()) {
      case LOOK -> looked(wave, node, permit, report, now);
      case CONVERGE -> converged(wave, permit, report, now);
    }
  }

  private static void pace(RegistryPace pace, ImageReport report, Instant now) {
    PullProblem problem = report.problem();
    if (problem != null && problem.reason().slowsRegistry()) {
      pace.slowed(problem, now);
    } else if (holds(report) && lookProblem(report) == null) {
      pace.succeeded();
    }
  }

  private void looked(
      ImageWave wave, FleetNode node, PermitInUse permit, ImageReport report, Instant now) {
    ImageDigest digest = report.digest();
    PullProblem problem = lookProblem(report);
    if (holds(report) && problem == null && digest != null) {
      wave.looks().succeeded();
      // The answer counts as long as it was asked about what is locked now: of two canaries that
      // look at the same time the first one decides.
      ImageDigest current = wave.digest();
      if (current == null ? permit.lock() == null : current.equals(permit.lock())) {
        lock(wave, node, digest, now);
      }
    } else if (report.state() != ImageState.FAILED && report.state() != ImageState.BLOCKED) {
      // The node could be asked again at once: it is for us to wait.
      wave.looks().failed(node.name(), problem, now);
      if (problem != null && !problem.reason().isOfNode()) {
        wave.holdings().failed(node.ordinal());
      }
    }
  }

  private void lock(ImageWave wave, FleetNode node, ImageDigest digest, Instant now) {
    Looked looked = locks.looked(wave.reference(), digest, node.name(), now);
    wave.lock(digest);
    if (looked != Looked.UNMOVED) {
      news.changed(wave.reference());
      log.atInfo()
          .addKeyValue("image", wave.reference())
          .addKeyValue("digest", digest)
          .addKeyValue("node", node.name())
          .log(looked == Looked.MOVED ? "The tag has moved" : "Locked by what the registry says");
    }
  }

  private static void converged(
      ImageWave wave, PermitInUse permit, ImageReport report, Instant now) {
    boolean failed = report.state() == ImageState.FAILED || report.state() == ImageState.BLOCKED;
    ImageDigest locked = wave.digest();
    if (!failed
        && locked != null
        && locked.equals(permit.lock())
        && !locked.equals(report.digest())) {
      wave.rest(permit.node(), now);
    }
  }
}
