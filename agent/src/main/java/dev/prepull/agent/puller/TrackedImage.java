package dev.prepull.agent.puller;

import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.PlannedImage;
import java.util.Optional;

/** An image of the plan and where it stands. Belongs to the puller's loop. */
final class TrackedImage {

  private PlannedImage planned;
  private PullState state = new PullState.Unchecked();
  private boolean granted;
  private int failures;

  TrackedImage(PlannedImage planned) {
    this.planned = planned;
  }

  ImageReference reference() {
    return planned.reference();
  }

  PlannedImage planned() {
    return planned;
  }

  void planned(PlannedImage newer) {
    planned = newer;
  }

  PullState state() {
    return state;
  }

  void state(PullState next) {
    state = next;
  }

  void grant() {
    granted = true;
  }

  /** Pulls that have failed in a row. */
  int failures() {
    return failures;
  }

  int countFailure() {
    return ++failures;
  }

  void forgetFailures() {
    failures = 0;
  }

  /** Missing, allowed, and only short of a slot. */
  boolean isReadyToPull() {
    return granted && state instanceof PullState.Missing;
  }

  /** What there is to tell; nothing until the runtime has been asked. */
  Optional<ImageReport> report() {
    ImageReference reference = reference();
    return switch (state) {
      case PullState.Unchecked _ -> Optional.empty();
      case PullState.Missing _ ->
          Optional.of(ImageReport.of(reference, granted ? ImageState.GRANTED : ImageState.WAITING));
      case PullState.Pulling(RunningPull pull) ->
          Optional.of(ImageReport.pulling(reference, pull.progress(), pull.began()));
      case PullState.Present(var digest, long sizeBytes) ->
          Optional.of(ImageReport.present(reference, digest, sizeBytes));
      case PullState.BackingOff(var problem, _) ->
          Optional.of(ImageReport.troubled(reference, ImageState.FAILED, problem));
    };
  }
}
