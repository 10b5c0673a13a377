package dev.prepull.controller.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.list.RawList;
import dev.prepull.controller.plan.NodeInfo;
import dev.prepull.controller.reconcile.AgentObserver;
import dev.prepull.controller.reconcile.AgentSession;
import dev.prepull.controller.reconcile.ClusterObserver;
import dev.prepull.credentials.NodeCredentials;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.NodeHello;
import dev.prepull.model.NodeName;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlanRevision;
import dev.prepull.model.Platform;
import dev.prepull.model.PullPermit;
import dev.prepull.model.RuntimeInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Nodes are what attaches, where no API server tells them. */
class AttachedNodesTest {

  /** A session that only counts as an identity. */
  private static final class Session implements AgentSession {
    @Override
    public void send(NodePlan plan, Map<ImageReference, ImageDigest> locks) {}

    @Override
    public void show(NodeCredentials credentials) {}

    @Override
    public void lock(Map<ImageReference, ImageDigest> locks) {}

    @Override
    public void permit(Collection<PullPermit> permits) {}

    @Override
    public void close(String why) {}
  }

  /** Writes down who was told what, in order. */
  private static final class Recorder implements AgentObserver, ClusterObserver {
    private final List<String> told = new ArrayList<>();
    private final List<NodeInfo> nodes = new ArrayList<>();

    @Override
    public void nodesObserved(List<NodeInfo> observed) {
      nodes.clear();
      nodes.addAll(observed);
      told.add("nodes " + observed.stream().map(NodeInfo::name).toList());
    }

    @Override
    public void listsObserved(List<RawList> lists) {
      throw new AssertionError("agents tell of no lists");
    }

    @Override
    public void listsUnreadable(String problem) {
      throw new AssertionError("agents tell of no lists");
    }

    @Override
    public void attached(AgentSession session, NodeHello hello) {
      told.add("attached " + hello.node());
    }

    @Override
    public void reported(AgentSession session, List<ImageReport> reports) {
      told.add("reported " + reports.size());
    }

    @Override
    public void acknowledged(AgentSession session, PlanRevision revision) {
      told.add("acknowledged " + revision);
    }

    @Override
    public void rejected(AgentSession session, PlanRevision revision, String error) {
      told.add("rejected " + revision + " " + error);
    }

    @Override
    public void detached(AgentSession session) {
      told.add("detached");
    }
  }

  private final Recorder recorder = new Recorder();
  private final AttachedNodes nodes = new AttachedNodes(recorder, recorder);

  private static NodeHello hello(String node, Map<String, String> labels) {
    return new NodeHello(
        new NodeName(node),
        new RuntimeInfo("docker", "29"),
        Platform.parse("linux/arm64"),
        "0.1.0",
        labels,
        3,
        List.of());
  }

  @Test
  void beginsWithNoNodesSoThatTheLoopKnowsThem() {
    assertThat(recorder.told).containsExactly("nodes []");
  }

  @Test
  void tellsOfANodeBeforeItsAgentAttaches() {
    nodes.attached(new Session(), hello("n2", Map.of()));
    nodes.attached(new Session(), hello("n1", Map.of()));

    assertThat(recorder.told)
        .containsExactly("nodes []", "nodes [n2]", "attached n2", "nodes [n1, n2]", "attached n1");
  }

  @Test
  void takesPlatformAndLabelsFromTheAgentAsItAttachesNow() {
    nodes.attached(new Session(), hello("n1", Map.of("zone", "a")));
    nodes.attached(new Session(), hello("n1", Map.of("zone", "b")));

    assertThat(recorder.nodes)
        .singleElement()
        .satisfies(node -> {
          assertThat(node.platform()).isEqualTo(Platform.parse("linux/arm64"));
          assertThat(node.labels()).containsEntry("zone", "b");
          assertThat(node.taints()).isEmpty();
        });
  }

  @Test
  void labelsANodeAsAKubeletDoesUnlessTheAgentSaysOtherwise() {
    nodes.attached(new Session(), hello("n1", Map.of("kubernetes.io/hostname", "host-1")));

    assertThat(recorder.nodes)
        .extracting(NodeInfo::labels)
        .containsExactly(
            Map.of(
                "kubernetes.io/hostname", "host-1",
                "kubernetes.io/os", "linux",
                "kubernetes.io/arch", "arm64"));
  }

  @Test
  void keepsANodeWhoseAgentHasGone() {
    Session session = new Session();
    nodes.attached(session, hello("n1", Map.of()));

    nodes.detached(session);

    assertThat(recorder.nodes).hasSize(1);
    assertThat(recorder.told).last().isEqualTo("detached");
  }

  @Test
  void passesOnWhatAgentsSay() {
    Session session = new Session();
    nodes.reported(session, List.of());
    nodes.acknowledged(session, new PlanRevision("r1"));
    nodes.rejected(session, new PlanRevision("r2"), "no");

    assertThat(recorder.told)
        .containsExactly("nodes []", "reported 0", "acknowledged r1", "rejected r2 no");
  }
}
