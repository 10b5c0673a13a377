package dev.prepull.controller.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.signal.NodeChange;
import dev.prepull.controller.signal.NodeWriter.Outcome;
import dev.prepull.model.NodeName;
import io.kubernetes.client.openapi.models.V1Node;
import io.kubernetes.client.openapi.models.V1NodeSpec;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Taint;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent to the API server to change a Node. */
class NodePatchesTest {

  private static final String TAINT = "prepull.dev/not-ready";
  private static final NodeName NODE = new NodeName("n1");

  private final FakeApiServer server;
  private final NodePatches patches;
  private final List<String> failures = new ArrayList<>();
  private V1Node node = tainted();

  NodePatchesTest() throws IOException {
    server = new FakeApiServer();
    patches =
        new NodePatches(
            server.client(),
            name -> node,
            TAINT,
            () -> Instant.parse("2026-01-01T00:00:00.5Z"),
            failures::add);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static V1Node tainted(String... keys) {
    return new V1Node()
        .metadata(new V1ObjectMeta().name("n1").uid("u1"))
        .spec(
            new V1NodeSpec()
                .taints(
                    Arrays.stream(keys)
                        .map(key -> new V1Taint().key(key).effect("NoSchedule"))
                        .toList()));
  }

  @Test
  void setsTheLabelAndNothingElseOfThatVeryNode() {
    assertThat(patches.write(new NodeChange.Label(NODE, "u1", true)))
        .isEqualTo(new Outcome.Written());

    assertThat(server.patches)
        .containsExactly(
            "/api/v1/nodes/n1 application/merge-patch+json {\"metadata\":{\"uid\":\"u1\","
                + "\"labels\":{\"prepull.dev/ready\":\"true\"}}}");
  }

  @Test
  void setsTheConditionByItsType() {
    var _ = patches.write(new NodeChange.Condition(NODE, "u1", false));

    assertThat(server.patches)
        .containsExactly(
            "/api/v1/nodes/n1/status application/strategic-merge-patch+json"
                + " {\"metadata\":{\"uid\":\"u1\"},\"status\":{\"conditions\":[{"
                + "\"type\":\"ImagesPrePulled\",\"status\":\"False\",\"reason\":\"ImagesMissing\","
                + "\"message\":\"Images of the node\u0027s plan are missing: see ConfigMap prepull-status.\","
                + "\"lastTransitionTime\":\"2026-01-01T00:00:00Z\","
                + "\"lastHeartbeatTime\":\"2026-01-01T00:00:00Z\"}]}}");
  }

  @Test
  void removesTheTaintFromItsPlaceIfItIsStillThere() {
    node = tainted("other", TAINT, "more", TAINT);

    assertThat(patches.write(new NodeChange.Untaint(NODE, "u1", false)))
        .isEqualTo(new Outcome.Written());

    assertThat(server.patches)
        .containsExactly(
            "/api/v1/nodes/n1 application/json-patch+json ["
                + "{\"op\":\"test\",\"path\":\"/metadata/uid\",\"value\":\"u1\"},"
                + "{\"op\":\"test\",\"path\":\"/spec/taints/3/key\",\"value\":\"prepull.dev/not-ready\"},"
                + "{\"op\":\"remove\",\"path\":\"/spec/taints/3\"},"
                + "{\"op\":\"test\",\"path\":\"/spec/taints/1/key\",\"value\":\"prepull.dev/not-ready\"},"
                + "{\"op\":\"remove\",\"path\":\"/spec/taints/1\"}]");
    assertThat(server.events).isEmpty();
  }

  @Test
  void warnsByAnEventWhenTheTimeIsOver() {
    node = tainted(TAINT);

    var _ = patches.write(new NodeChange.Untaint(NODE, "u1", true));

    assertThat(server.events).hasSize(1);
    assertThat(server.events.getFirst())
        .contains("\"PrePullTimeout\"", "\"Warning\"", "\"kind\":\"Node\"", TAINT);
  }

  @Test
  void asksForNothingWhereTheTaintIsGone() {
    assertThat(patches.write(new NodeChange.Untaint(NODE, "u1", true)))
        .isEqualTo(new Outcome.Outdated());

    assertThat(server.patches).isEmpty();
    assertThat(server.events).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 409, 422})
  void isOutdatedWhereTheNodeIsGoneOrHasChanged(int status) {
    server.refusal = status;

    assertThat(patches.write(new NodeChange.Label(NODE, "u1", true)))
        .isEqualTo(new Outcome.Outdated());
    assertThat(failures).isEmpty();
  }

  @Test
  void saysWhichComponentHasTheRightThatIsMissing() {
    server.refusal = 403;

    assertThat(patches.write(new NodeChange.Label(NODE, "u1", true)))
        .isEqualTo(
            new Outcome.Refused(
                "Tried to write the label of Nodes but the API server forbids it (403)."
                    + " Add manifests/components/node-label, which has the right, or take the flag away."));
    assertThat(failures).containsExactly("patch Node label");
  }

  @Test
  void saysWhatTheApiServerSaysWhenItFails() {
    server.refusal = 500;

    assertThat(patches.write(new NodeChange.Condition(NODE, "u1", true)))
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused ->
                assertThat(refused.failure())
                    .contains("condition of a Node", "500 as the test wishes"));
  }
}
