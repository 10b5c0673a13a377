package dev.prepull.controller.reconcile;

import dev.prepull.controller.status.NodeStatuses;
import dev.prepull.controller.status.Observation;
import dev.prepull.credentials.NodeCredentials;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.NodeHello;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlanRevision;
import dev.prepull.model.PlannedImage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A connected agent and what it has said. Belongs to the reconcile loop. */
final class AttachedAgent {

  private final AgentSession session;
  private final NodeHello hello;
  private final Map<ImageReference, ImageReport> reports = new HashMap<>();
  private @Nullable String uid;
  private @Nullable NodePlan sent;
  private NodeCredentials shown = NodeCredentials.EMPTY;
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

  /**
   * Whether this agent is on the Node of that uid. The first Node of its name that is known counts
   * as its own.
   */
  boolean isOn(String nodeUid) {
    if (uid == null) {
      uid = nodeUid;
    }
    return uid.equals(nodeUid);
  }

  NodeStatuses.AgentView view() {
    return new NodeStatuses.AgentView(hello, acknowledged, planError, reports);
  }

  Observation.Holdings holdings() {
    return new Observation.Holdings(reports);
  }

  /** Whether that plan is the one that was sent last. */
  boolean has(NodePlan plan) {
    return sent != null && sent.revision().equals(plan.revision());
  }

  /** Sends the plan, and the locks of its images that are known. */
  void bring(NodePlan plan, Map<ImageReference, ImageDigest> locks) {
    sent = plan;
    session.send(plan, locks);
  }

  /** Sends the credentials of the plan that was sent last, unless they are what was sent. */
  void show(NodeCredentials credentials) {
    if (!credentials.equals(shown)) {
      shown = credentials;
      session.show(credentials);
    }
  }

  void reported(ImageReport report) {
    reports.put(report.reference(), report);
  }

  /** What was said last of an image; null when nothing was. */
  @Nullable ImageReport report(ImageReference reference) {
    return reports.get(reference);
  }

  void acknowledged(PlanRevision revision) {
    acknowledged = revision;
    if (sent != null && sent.revision().equals(revision)) {
      planError = null;
      // Not before: a plan that was replaced on its way leaves the images what they were.
      Set<ImageReference> planned = new HashSet<>();
      for (PlannedImage image : sent.images()) {
        planned.add(image.reference());
      }
      reports.keySet().retainAll(planned);
    }
  }

  /**
   * The agent keeps the plan before.
   *
   * @return whether it refused the newest one
   */
  boolean rejected(PlanRevision revision, String error) {
    boolean newest = sent != null && sent.revision().equals(revision);
    if (newest) {
      planError = error;
    }
    return newest;
  }
}
