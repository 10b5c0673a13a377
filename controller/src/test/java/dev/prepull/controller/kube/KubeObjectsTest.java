package dev.prepull.controller.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.plan.NodeInfo;
import dev.prepull.controller.signal.NodeView;
import dev.prepull.model.NodeName;
import io.kubernetes.client.openapi.models.V1Node;
import io.kubernetes.client.openapi.models.V1NodeCondition;
import io.kubernetes.client.openapi.models.V1NodeSpec;
import io.kubernetes.client.openapi.models.V1NodeStatus;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Taint;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A Node, as the planner and as the signals see it. */
class KubeObjectsTest {

  private static final Instant CREATED = Instant.parse("2026-01-01T00:00:00Z");
  private static final String TAINT = "prepull.dev/not-ready";

  private static V1Node node() {
    return new V1Node()
        .metadata(
            new V1ObjectMeta()
                .name("n1")
                .uid("u1")
                .creationTimestamp(CREATED.atOffset(ZoneOffset.UTC))
                .labels(Map.of("gpu", "true", "prepull.dev/ready", "false")))
        .spec(
            new V1NodeSpec()
                .taints(
                    List.of(
                        new V1Taint().key(TAINT).effect("NoSchedule"),
                        new V1Taint().key("other").effect("NoExecute"))))
        .status(
            new V1NodeStatus()
                .conditions(
                    List.of(
                        new V1NodeCondition().type("Ready").status("True"),
                        new V1NodeCondition().type("ImagesPrePulled").status("False"))));
  }

  @Test
  void thePlannerSeesNothingOfWhatTheControllerWritesItself() {
    NodeInfo info = KubeObjects.node(node(), TAINT);

    assertThat(info.labels()).containsOnlyKeys("gpu");
    assertThat(info.taints()).containsExactly(new NodeInfo.Taint("other", "", "NoExecute"));
    assertThat(info.uid()).isEqualTo("u1");
  }

  @Test
  void aTaintThatIsNotRemovedHereIsATaintLikeOthers() {
    assertThat(KubeObjects.node(node(), null).taints())
        .extracting(NodeInfo.Taint::key)
        .containsExactly(TAINT, "other");
  }

  @Test
  void theSignalsSeeWhatTheNodeTells() {
    V1Node stripped = (V1Node) KubeObjects.stripped(node());

    assertThat(KubeObjects.view(stripped, TAINT))
        .isEqualTo(new NodeView(new NodeName("n1"), "u1", CREATED, "false", "False", true));
  }

  @Test
  void aNewNodeTellsNothing() {
    V1Node bare =
        new V1Node()
            .metadata(
                new V1ObjectMeta()
                    .name("n1")
                    .uid("u1")
                    .creationTimestamp(CREATED.atOffset(ZoneOffset.UTC)));

    assertThat(KubeObjects.view(bare, TAINT))
        .isEqualTo(new NodeView(new NodeName("n1"), "u1", CREATED, null, null, false));
  }
}
