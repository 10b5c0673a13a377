package dev.prepull.agent.admin;

import dev.prepull.agent.puller.PlanReceiver;
import dev.prepull.agent.report.ReportBook;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PullPermit;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Remembers the plan on its way to the puller, so that readiness can be told. Thread-safe. */
public final class PlanBoard implements PlanReceiver {

  private final PlanReceiver puller;
  private final ReportBook book;
  private volatile @Nullable NodePlan plan;

  /** Passes everything on to {@code puller}; {@code book} tells what became of it. */
  public PlanBoard(PlanReceiver puller, ReportBook book) {
    this.puller = puller;
    this.book = book;
  }

  @Override
  public void plan(NodePlan next) {
    plan = next;
    puller.plan(next);
  }

  @Override
  public void lock(Map<ImageReference, ImageDigest> locks) {
    puller.lock(locks);
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
            .filter(report -> report.state() == ImageState.PRESENT)
            .map(ImageReport::reference)
            .collect(Collectors.toSet());
    long present =
        current.images().stream().filter(image -> held.contains(image.reference())).count();
    return present == current.images().size()
        ? Optional.empty()
        : Optional.of("%d of %d images present".formatted(present, current.images().size()));
  }
}
