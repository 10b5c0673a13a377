package dev.prepull.agent.admin;

import dev.prepull.agent.puller.PlanReceiver;
import dev.prepull.agent.report.ReportBook;
import dev.prepull.credentials.NodeCredentials;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlannedImage;
import dev.prepull.model.PullPermit;
import dev.prepull.model.PullProblem;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Remembers the plan on its way to the puller, so that readiness can be told. Thread-safe. */
public final class PlanBoard implements PlanReceiver {

  private final PlanReceiver puller;
  private final ReportBook book;
  private final Map<ImageReference, ImageDigest> locks = new ConcurrentHashMap<>();
  private volatile @Nullable NodePlan plan;

  /** Passes everything on to {@code puller}; {@code book} tells what became of it. */
  public PlanBoard(PlanReceiver puller, ReportBook book) {
    this.puller = puller;
    this.book = book;
  }

  @Override
  public void plan(NodePlan next) {
    plan = next;
    locks
        .keySet()
        .retainAll(next.images().stream().map(PlannedImage::reference).collect(Collectors.toSet()));
    puller.plan(next);
  }

  @Override
  public void credentials(NodeCredentials credentials) {
    puller.credentials(credentials);
  }

  @Override
  public void lock(Map<ImageReference, ImageDigest> told) {
    locks.putAll(told);
    puller.lock(told);
  }

  @Override
  public void permit(Collection<PullPermit> permits) {
    puller.permit(permits);
  }

  @Override
  public void attached(boolean attached) {
    puller.attached(attached);
  }

  /** How many images the plan has; empty before the first plan. */
  Optional<Integer> planned() {
    return Optional.ofNullable(plan).map(current -> current.images().size());
  }

  /** Why the node does not hold its whole plan; empty when it does. */
  Optional<String> whatIsMissing() {
    NodePlan current = plan;
    if (current == null) {
      return Optional.of("no plan has come from the controller yet");
    }
    // Until the puller has adopted a new plan, the book speaks of the one before.
    Set<ImageReference> held =
        book.all().stream()
            .filter(this::isHeld)
            .map(ImageReport::reference)
            .collect(Collectors.toSet());
    long present =
        current.images().stream().filter(image -> held.contains(image.reference())).count();
    return present == current.images().size()
        ? Optional.empty()
        : Optional.of(
            "%d of %d images present%s"
                .formatted(present, current.images().size(), why(current, held)));
  }

  /** The first problem of an image that is not held; empty when there is none. */
  private String why(NodePlan current, Set<ImageReference> held) {
    Set<ImageReference> missing =
        current.images().stream()
            .map(PlannedImage::reference)
            .filter(reference -> !held.contains(reference))
            .collect(Collectors.toSet());
    return book.all().stream()
        .filter(report -> missing.contains(report.reference()) && report.problem() != null)
        .findFirst()
        .map(report -> "; " + problem(report.reference(), Objects.requireNonNull(report.problem())))
        .orElse("");
  }

  private static String problem(ImageReference reference, PullProblem problem) {
    return "%s: %s, %s".formatted(reference.written(), problem.reason().word(), problem.message());
  }

  /** Present as planned, even while the registry is asked whether the tag has moved. */
  private boolean isHeld(ImageReport report) {
    ImageDigest digest = report.digest();
    return report.state() == ImageState.PRESENT
        || (digest != null && digest.equals(locks.get(report.reference())));
  }
}
