package dev.prepull.controller.status;

import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.NodeHello;
import dev.prepull.model.NodeName;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlanRevision;
import dev.prepull.model.PlannedImage;
import dev.prepull.model.PullProblem;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes {@link NodeStatus} of a plan and of what an agent says. */
public final class NodeStatuses {

  private static final String UNKNOWN = "Unknown";

  /** A connected agent, as far as status is concerned. */
  public record AgentView(
      NodeHello hello,
      @Nullable PlanRevision acknowledged,
      @Nullable String planError,
      Map<ImageReference, ImageReport> reports) {}

  private NodeStatuses() {}

  /** A node whose agent is not connected. */
  public static NodeStatus detached(NodeName node, NodePlan plan) {
    List<NodeStatus.Image> images =
        plan.images().stream()
            .map(planned ->
                new NodeStatus.Image(
                    planned.reference().written(),
                    UNKNOWN,
                    null,
                    null,
                    0,
                    0,
                    0,
                    null,
                    null,
                    0,
                    null))
            .toList();
    return new NodeStatus(
        node.value(),
        false,
        null,
        null,
        null,
        plan.revision().value(),
        null,
        null,
        images.size(),
        0,
        images);
  }

  /** A node whose agent is connected. */
  public static NodeStatus attached(NodePlan plan, AgentView agent) {
    List<NodeStatus.Image> images =
        plan.images().stream().map(planned -> image(planned, agent.reports())).toList();
    int present =
        (int)
            images.stream()
                .filter(image -> image.state().equals(ImageState.PRESENT.word()))
                .count();
    NodeHello hello = agent.hello();
    return new NodeStatus(
        hello.node().value(),
        true,
        hello.runtime().toString(),
        hello.platform().toString(),
        hello.agentVersion(),
        plan.revision().value(),
        agent.acknowledged() == null ? null : agent.acknowledged().value(),
        agent.planError(),
        images.size(),
        present,
        images);
  }

  private static NodeStatus.Image image(
      PlannedImage planned, Map<ImageReference, ImageReport> reports) {
    ImageReference reference = planned.reference();
    ImageReport report =
        reports.getOrDefault(reference, ImageReport.of(reference, ImageState.WAITING));
    ImageDigest digest = report.digest();
    PullProblem problem = report.problem();
    return new NodeStatus.Image(
        reference.written(),
        report.state().word(),
        digest == null ? null : digest.value(),
        report.began(),
        report.sizeBytes(),
        report.progress().done(),
        report.progress().total(),
        problem == null ? null : problem.reason().word(),
        problem == null ? null : problem.message(),
        problem == null ? 0 : problem.attempt(),
        problem == null ? null : problem.nextRetry());
  }
}
