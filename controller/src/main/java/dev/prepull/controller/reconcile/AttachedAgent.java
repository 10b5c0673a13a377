package dev.prepull.controller.reconcile;

import dev.prepull.controller.status.NodeStatuses;
import dev.prepull.controller.status.Observation;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.NodeHello;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlanRevision;
import dev.prepull.model.PlannedImage;
import dev.prepull.model.PullPermit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A connected agent and what it has said. Belongs to the reconcile loop. */
final class AttachedAgent {

  private final AgentSession session;
  private final NodeHello hello;
  private final Map<ImageReference, ImageReport> reports = new HashMap<>();
  private @Nullable PlanRevision sent;
  private @Nullable PlanRevision acknowledged;
  private @Nullable String planError;

  AttachedAgent(AgentSession session, NodeHello hello) {
    this.session = session;
    this.hello = hello;
  }

  AgentSession session() {
    return session;
  }

  NodeHello hello() {
    return hello;
  }

  NodeStatuses.AgentView view() {
    return new NodeStatuses.AgentView(hello, acknowledged, planError, reports);
  }

  Observation.Holdings holdings() {
    return new Observation.Holdings(reports);
  }

  /**
   * Sends the plan unless it is the one that was sent last; its images may be pulled at once.
   *
   * @return whether it was sent
   */
  boolean bring(NodePlan plan) {
    if (plan.revision().equals(sent)) {
      return false;
    }
    sent = plan.revision();
    Set<ImageReference> references = new HashSet<>();
    for (PlannedImage image : plan.images()) {
      references.add(image.reference());
    }
    reports.keySet().retainAll(references);
    session.send(plan, Map.of());
    session.permit(
        references.stream()
            .sorted()
            .map(reference -> new PullPermit(1, reference, PullPermit.Purpose.CONVERGE, List.of()))
            .toList());
    return true;
  }

  void reported(List<ImageReport> news) {
    for (ImageReport report : news) {
      reports.put(report.reference(), report);
    }
  }

  void acknowledged(PlanRevision revision) {
    acknowledged = revision;
    if (revision.equals(sent)) {
      planError = null;
    }
  }

  void rejected(PlanRevision revision, String error) {
    if (revision.equals(sent)) {
      planError = error;
    }
  }
}
