package dev.prepull.agent.puller;

import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.PullProblem;
import dev.prepull.model.PullProgress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Words an image's state for the controller. */
final class Reports {

  private Reports() {}

  /** Nothing until the runtime has been asked. */
  static Optional<ImageReport> of(TrackedImage image) {
    return switch (image.state()) {
      case PullState.Unchecked _ -> Optional.empty();
      case PullState.Missing _ -> Optional.of(idle(image, ImageState.WAITING, null, null));
      case PullState.Present(Holding holding) ->
          Optional.of(
              idle(image, ImageState.PRESENT, holding, image.presentProblem().orElse(null)));
      case PullState.Drifted(Holding holding) ->
          Optional.of(idle(image, ImageState.DRIFTED, holding, image.driftProblem(holding)));
      case PullState.Pulling(RunningPull pull, Holding holding) ->
          Optional.of(
              report(
                  image, ImageState.PULLING, holding, pull.progress(), pull.began(), null, true));
      case PullState.BackingOff(PullProblem problem, _, Holding holding) ->
          Optional.of(idle(image, ImageState.FAILED, holding, problem));
      case PullState.Blocked(PullProblem problem, _, Holding holding) ->
          Optional.of(idle(image, ImageState.BLOCKED, holding, problem));
    };
  }

  private static ImageReport idle(
      TrackedImage image,
      ImageState state,
      @Nullable Holding holding,
      @Nullable PullProblem problem) {
    return image.isAllowed()
        ? report(image, ImageState.GRANTED, holding, PullProgress.UNKNOWN, null, null, true)
        : report(image, state, holding, PullProgress.UNKNOWN, null, problem, false);
  }

  private static ImageReport report(
      TrackedImage image,
      ImageState state,
      @Nullable Holding holding,
      PullProgress progress,
      @Nullable Instant began,
      @Nullable PullProblem problem,
      boolean active) {
    return new ImageReport(
        image.reference(),
        state,
        holding == null ? null : holding.digest(),
        holding == null ? 0 : holding.sizeBytes(),
        progress,
        began,
        problem,
        image.reportedPermit(active),
        List.of());
  }
}
