package dev.prepull.agent.puller;

import dev.prepull.loop.EventLoop;
import dev.prepull.model.DriftPolicy;
import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImagePolicy;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.PlannedImage;
import dev.prepull.model.PullPermit;
import dev.prepull.model.PullProblem;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An image of the plan, where it stands, and by what leave it is pulled. Belongs to the puller's
 * loop; every change is told.
 *
 * <p>A permit is held from its arrival until it ends, which is exactly once: with the pull that it
 * was used for, or as soon as the image stands in a way that has no use for it. The report that
 * follows names it.
 */
final class TrackedImage {

  private static final int MOST_DOUBLINGS = 3;

  private final PullListener listener;
  private final EvictionWatch evictions = new EvictionWatch();
  private PlannedImage planned;
  private PullState state = new PullState.Unchecked();
  private @Nullable ImageDigest lock;
  private @Nullable PullPermit permit;
  private long endedPermit;
  private boolean attached;

  /** What it resolved to when it was last as planned. */
  private @Nullable ImageDigest lastPresent;

  private int failures;
  private int timeouts;
  private boolean deferred;
  private boolean credentialsChanged;
  private boolean vanished;
  private @Nullable PullProblem lookProblem;
  private @Nullable ImageDigest pinRefusedFor;

  TrackedImage(PlannedImage planned, boolean attached, PullListener listener) {
    this.planned = planned;
    this.attached = attached;
    this.listener = listener;
    this.lock = planned.reference().digest().orElse(null);
  }

  ImageReference reference() {
    return planned.reference();
  }

  ImagePolicy policy() {
    return planned.policy();
  }

  /** Takes the plan's newest word; an entry that is written differently is locked anew. */
  void planned(PlannedImage newer) {
    boolean rewritten = !newer.reference().written().equals(planned.reference().written());
    planned = newer;
    if (rewritten) {
      lock = newer.reference().digest().orElse(null);
    }
    become(restanding());
  }

  PullState state() {
    return state;
  }

  /** Moves on and tells; a permit that the new state has no use for ends. */
  void become(PullState next) {
    become(next, List.of());
  }

  /** As {@link #become(PullState)}, and tells what the image consists of, this once. */
  void become(PullState next, List<ImageBlob> blobs) {
    state = next;
    if (next instanceof PullState.Present(Holding holding)) {
      lastPresent = holding.digest();
      if (vanished) {
        vanished = false;
        listener.repaired(reference());
      }
    }
    if (permit != null && !isOfUse(permit)) {
      endPermit(permit.id());
    }
    report().ifPresent(report -> listener.changed(report.withBlobs(blobs)));
  }

  /** Tells how it stands. */
  void tell() {
    report().ifPresent(listener::changed);
  }

  // --- lock -------------------------------------------------------------------------------------

  Optional<ImageDigest> lock() {
    return Optional.ofNullable(lock);
  }

  /** The reference shall resolve to that digest; one that names a digest is locked by itself. */
  void lock(ImageDigest digest) {
    lock = reference().digest().orElse(digest);
    become(restanding());
  }

  /** How the image stands when the node holds that. */
  PullState standing(@Nullable Holding holding) {
    if (holding == null) {
      return new PullState.Missing();
    }
    if (lock == null) {
      return new PullState.Present(holding);
    }
    return holding.resolvesTo(lock)
        ? new PullState.Present(holding.as(lock))
        : new PullState.Drifted(holding);
  }

  /** The state again, in the light of another lock. */
  private PullState restanding() {
    return switch (state) {
      case PullState.Present(Holding holding) -> standing(holding);
      case PullState.Drifted(Holding holding) -> standing(holding);
      case PullState.Unchecked _ -> state;
      case PullState.Missing _ -> state;
      case PullState.Pulling _ -> state;
      case PullState.BackingOff _ -> state;
      case PullState.Blocked _ -> state;
    };
  }

  // --- leave to pull

  /** Leave has come; one that was held before is over. */
  void permit(PullPermit given) {
    if (permit != null) {
      endPermit(permit.id());
    }
    permit = given;
    become(state);
  }

  /** That permit is over, if it is the one held. */
  void endPermit(long id) {
    if (permit != null && permit.id() == id) {
      endedPermit = id;
      permit = null;
    }
  }

  /** The permit that is held. */
  Optional<PullPermit> permit() {
    return Optional.ofNullable(permit);
  }

  /** Whether the controller is there; if not, failures keep their permit for the next attempt. */
  void attached(boolean now) {
    attached = now;
    become(state);
  }

  private boolean isOfUse(PullPermit held) {
    boolean looks = held.purpose() == PullPermit.Purpose.LOOK;
    return switch (state) {
      case PullState.Unchecked _ -> true;
      case PullState.Pulling _ -> true;
      case PullState.Missing _ -> looks || lock != null;
      case PullState.Present _ -> looks;
      case PullState.Drifted _ -> looks || mayConverge();
      case PullState.BackingOff _ -> !attached;
      case PullState.Blocked _ -> !attached;
    };
  }

  private boolean mayConverge() {
    return policy().onDrift() == DriftPolicy.CONVERGE;
  }

  /**
   * Whether the node helps itself: the controller is away, and what it held as planned was taken
   * from it. A lock that has moved since is a matter of waves, and waits.
   */
  private boolean helpsItself() {
    boolean lost =
        switch (state) {
          case PullState.Missing _ -> true;
          case PullState.Drifted _ -> mayConverge();
          case PullState.Unchecked _ -> false;
          case PullState.Present _ -> false;
          case PullState.Pulling _ -> false;
          case PullState.BackingOff _ -> false;
          case PullState.Blocked _ -> false;
        };
    return !attached && lost && lastPresent != null && (lock == null || lock.equals(lastPresent));
  }

  /** May be pulled as soon as a slot is free. */
  boolean isAllowed() {
    return switch (state) {
      case PullState.Missing _ -> permit != null || helpsItself();
      case PullState.Drifted _ -> permit != null || helpsItself();
      case PullState.Present _ -> permit != null;
      case PullState.Unchecked _ -> false;
      case PullState.Pulling _ -> false;
      case PullState.BackingOff _ -> false;
      case PullState.Blocked _ -> false;
    };
  }

  /** What is to be done now that a slot is free. */
  PullTask task() {
    PullPermit held = permit;
    boolean looks = held != null && held.purpose() == PullPermit.Purpose.LOOK;
    ImageDigest target = lock != null ? lock : lastPresent;
    return new PullTask(
        reference(),
        looks ? null : target,
        held == null ? 0 : held.id(),
        held == null || looks ? List.of() : held.blobs(),
        policy());
  }

  /** Whether it stands back until another pull has made room. */
  boolean isDeferred() {
    return deferred;
  }

  void deferred(boolean now) {
    deferred = now;
  }

  // --- credentials

  /** There are other credentials for it, which makes what was refused worth another attempt. */
  void credentialsChanged() {
    switch (state) {
      case PullState.BackingOff(PullProblem problem, EventLoop.Timer timer, Holding holding)
          when TriedCredentials.mayLieInCredentials(problem.reason()) -> {
        timer.cancel();
        forgetFailures();
        become(standing(holding));
      }
      case PullState.Pulling _ -> credentialsChanged = true;
      case PullState.BackingOff _ -> {}
      case PullState.Unchecked _ -> {}
      case PullState.Missing _ -> {}
      case PullState.Present _ -> {}
      case PullState.Drifted _ -> {}
      case PullState.Blocked _ -> {}
    }
  }

  /** A pull begins. */
  void begin(RunningPull pull) {
    credentialsChanged = false;
    become(new PullState.Pulling(pull, state.holding()));
  }

  /** Whether there have been other credentials since the pull began. */
  boolean haveCredentialsChanged() {
    return credentialsChanged;
  }

  // --- what went wrong

  /** Pulls that have failed in a row. */
  int failures() {
    return failures;
  }

  int countFailure() {
    return ++failures;
  }

  /**
   * How long a pull may show no movement. Doubles with each that showed none for so long, up to
   * eight times what the list says: an interrupted pull loses the layers it was at, so that the
   * same patience again would bring no more than the last time.
   */
  Duration patience() {
    return policy().pullTimeout().multipliedBy(1L << Math.min(timeouts, MOST_DOUBLINGS));
  }

  void countTimeout() {
    timeouts++;
  }

  void forgetFailures() {
    failures = 0;
    timeouts = 0;
    lookProblem = null;
  }

  /** The registry could not be asked; what is held stays. */
  void lookFailed(PullProblem problem) {
    lookProblem = problem;
  }

  /** It is gone, or another, though nobody here did that. */
  void vanished() {
    vanished = true;
    listener.vanished(reference());
  }

  EvictionWatch evictions() {
    return evictions;
  }

  /** Whether the runtime has said of what is held that it cannot be pinned. */
  boolean isPinRefused() {
    Holding holding = state.holding();
    return pinRefusedFor != null && holding != null && pinRefusedFor.equals(holding.digest());
  }

  void pinRefused(boolean refused) {
    Holding holding = state.holding();
    pinRefusedFor = refused && holding != null ? holding.digest() : null;
    tell();
  }

  // --- reports

  /** What there is to tell; nothing until the runtime has been asked. */
  Optional<ImageReport> report() {
    return Reports.of(this);
  }

  /**
   * While at work, the permit by which; else the one that ended last, which none that is kept did.
   */
  long reportedPermit(boolean active) {
    if (!active) {
      return endedPermit;
    }
    return permit == null ? 0 : permit.id();
  }

  /** What to say beside the image's being there. */
  Optional<PullProblem> presentProblem() {
    return Optional.ofNullable(lookProblem)
        .or(() ->
            policy().pin() && isPinRefused()
                ? Optional.of(Problems.pinUnsupported(reference()))
                : Optional.empty());
  }

  /** What to say beside the image's being another. */
  PullProblem driftProblem(Holding holding) {
    return lookProblem != null ? lookProblem : Problems.drift(this, holding);
  }
}
