package dev.prepull.e2e.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.prepull.e2e.testbed.AgentProcess;
import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.ControlPlane;
import dev.prepull.e2e.testbed.ControllerProcess;
import dev.prepull.e2e.testbed.LinkSecrets;
import dev.prepull.e2e.testbed.Ports;
import dev.prepull.e2e.testbed.Registry;
import dev.prepull.e2e.testbed.TestImage;
import dev.prepull.e2e.testbed.TestbedException;
import dev.prepull.e2e.testbed.Workspace;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The controller on a real kube-apiserver: ConfigMaps and Nodes in, status and Events out. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterIT {

  private static final String NAMESPACE = "prepull-system";
  private static final String NODE = "edge-1";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Workspace workspace = Workspace.temporary();
  private final LinkSecrets secrets = LinkSecrets.make(workspace, "link");
  private final Registry registry = Registry.start(workspace, "registry", Ports.free());
  private final ContainerdNode node =
      ContainerdNode.start(workspace, NODE, ContainerdNode.Version.V1_6);
  private final ControlPlane cluster = ControlPlane.start(workspace);
  private ControllerProcess controller;
  private AgentProcess agent;
  private long seed = System.nanoTime();

  @BeforeAll
  void start() {
    node.mapRegistry(registry.host(), registry.url());
    cluster.apply(
        workspace, "{apiVersion: v1, kind: Namespace, metadata: {name: %s}}".formatted(NAMESPACE));
    cluster.addNode(workspace, NODE);
    controller =
        ControllerProcess.inCluster(
            workspace, secrets, cluster.kubeconfig(), NAMESPACE, Ports.free());
    agent =
        AgentProcess.start(
            workspace, NODE, node, controller.link(), secrets, "--disk-threshold", "99");
  }

  @AfterEach
  void removeLists() {
    kubectl("delete", "configmap", "-l", "prepull.dev/config=PrePullList", "--wait=true");
    kubectl("delete", "events", "--all");
  }

  @AfterAll
  void stop() {
    workspace.close();
  }

  @Test
  void aConfigMapReachesTheNodeAndTheStatusTellsIt() {
    String image = push("cluster/app", "1");

    apply("web", "images", image);

    eventually("the status ConfigMap shows it", () -> statusOf(image).get("identical").asBoolean());
    assertThat(node.held()).containsKey(image);
    eventually("Events tell it", () -> events("web").contains("Normal RolloutComplete"));
    assertThat(events("web")).contains("Normal Accepted");
  }

  @Test
  void kubectlEditReachesTheNode() {
    String before = push("edit/app", "1");
    String after = push("edit/app", "2");
    apply("edited", "images", before);
    eventually("the first is held", () -> node.held().containsKey(before));

    var _ =
        cluster.kubectl(
            Map.of("KUBE_EDITOR", "sed -i s#%s#%s#".formatted(before, after)),
            "-n",
            NAMESPACE,
            "edit",
            "configmap",
            "edited");

    eventually("the second is held", () -> node.held().containsKey(after));
    assertThat(node.held()).containsKey(before);
  }

  @Test
  void aBadEditMakesAnEventAndKeepsTheLastGoodList() throws Exception {
    String image = push("bad/app", "1");
    apply("judged", "images", image);
    eventually("it is held", () -> statusOf(image).get("identical").asBoolean());

    apply("judged", "images", "Nginx:1");

    eventually("an Event warns", () -> events("judged").contains("Warning Rejected"));
    eventually("the status tells it", () -> !statusList("judged").get("accepted").asBoolean());
    assertThat(statusList("judged").get("errors").get(0).asText()).contains("Nginx:1");
    assertThat(statusOf(image).get("identical").asBoolean()).isTrue();

    String next = push("bad/app", "2");
    apply("judged", "images", next);
    eventually("the mended list is in force", () -> node.held().containsKey(next));
  }

  @Test
  void aNodeThatGetsTheLabelGetsTheImage() {
    String image = push("labelled/app", "1");
    apply(
        "labelled",
        "PrePullList",
        "images: [{image: \"%s\", nodeSelector: {gpu: \"true\"}}]".formatted(image));
    eventually("it is meant for no node", () -> desired(image) == 0);

    kubectl("label", "node", NODE, "gpu=true");
    eventually("the labelled node holds it", () -> node.held().containsKey(image));
    kubectl("label", "node", NODE, "gpu-");

    eventually("it is meant for no node again", () -> desired(image) == 0);
    assertThat(node.held()).containsKey(image);
  }

  @Test
  void deletingTheConfigMapEndsTheListAndTakesNothingAway() {
    String image = push("ended/app", "1");
    apply("ended", "images", image);
    eventually("it is held", () -> node.held().containsKey(image));

    kubectl("delete", "configmap", "ended");

    eventually("the list is gone", () -> controller.status().get("lists").isEmpty());
    assertThat(node.held()).containsKey(image);
  }

  @Test
  void aRestartedControllerReadsTheLockFromItsConfigMap() throws IOException {
    String image = push("locked/app", "1");
    apply("locked", "images", image);
    eventually("it is held", () -> statusOf(image).get("identical").asBoolean());
    String locked = statusOf(image).get("digest").asText();
    var _ = push("locked/app", "1");

    agent.kill();
    controller.kill();
    node.delete(image);
    controller.resume();
    agent.resume();
    eventually("it is held again", () -> node.held().containsKey(image));

    assertThat(node.held()).containsEntry(image, locked);
    eventually("identical again", () -> statusOf(image).get("identical").asBoolean());
    assertThat(statusOf(image).get("digest").asText()).isEqualTo(locked);
  }

  @Test
  void aNodeThatJoinsAfterARestartGetsWhatIsLockedThoughTheTagHasMoved() throws Exception {
    String image = push("joined/app", "1");
    apply("joined", "images", image);
    eventually("it is held", () -> statusOf(image).get("identical").asBoolean());
    String locked = statusOf(image).get("digest").asText();
    eventually("the lock is written", () -> statusText("locks.json").contains(image));
    controller.kill();
    String moved = push("joined/app", "1");
    controller.resume();

    String joined = "edge-2";
    try (ContainerdNode second =
            ContainerdNode.start(workspace, joined, ContainerdNode.Version.V1_6);
        var _ = attach(joined, second)) {
      eventually("the new node holds it", () -> second.held().containsKey(moved));

      assertThat(second.held()).containsEntry(image, locked);
      eventually("identical on two nodes", () -> isIdenticalOn(2, image));
      assertThat(statusOf(image).get("digest").asText()).isEqualTo(locked);
    } finally {
      kubectl("delete", "node", joined);
    }
  }

  private AgentProcess attach(String name, ContainerdNode runtime) {
    runtime.mapRegistry(registry.host(), registry.url());
    cluster.addNode(workspace, name);
    return AgentProcess.start(
        workspace, name, runtime, controller.link(), secrets, "--disk-threshold", "99");
  }

  @Test
  void theLockOfAnImageThatHasLeftTheListIsForgotten() {
    String image = push("forgotten/app", "1");
    apply("forgotten", "images", image);
    eventually("the lock is written", () -> statusText("locks.json").contains(image));

    kubectl("delete", "configmap", "forgotten");

    eventually("the lock is gone", () -> !statusText("locks.json").contains(image));
    assertThat(node.held()).containsKey(image);
  }

  @Test
  void aTagThatDoesNotExistStandsStillAndAnEventTellsIt() {
    String image = registry.host() + "/absent/app:1";

    apply("stuck", "images", image);

    eventually("an Event warns", () -> events("stuck").contains("Warning RolloutStalled"));
    assertThat(events("stuck")).contains(image, "NotFound");
  }

  @Test
  void aConfigMapWithoutTheLabelIsNoList() {
    kubectl("create", "configmap", "other", "--from-literal=images=nginx");
    String image = push("labelless/app", "1");
    apply("real", "images", image);
    eventually("the real one is read", () -> node.held().containsKey(image));

    assertThat(controller.status().get("lists")).hasSize(1);
    kubectl("delete", "configmap", "other");
  }

  private String push(String repository, String tag) {
    var _ = registry.push(repository, tag, TestImage.random(seed++, 1, 1024));
    return registry.host() + "/" + repository + ":" + tag;
  }

  private void apply(String name, String key, String value) {
    cluster.apply(
        workspace,
        """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: %s
          namespace: %s
          labels: {prepull.dev/config: PrePullList}
        data:
          %s: |
            %s
        """
            .formatted(name, NAMESPACE, key, value));
  }

  private void kubectl(String... arguments) {
    String[] all = new String[arguments.length + 2];
    all[0] = "-n";
    all[1] = NAMESPACE;
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    var _ = cluster.kubectl(all);
  }

  private JsonNode statusJson() throws IOException {
    return JSON.readTree(statusText("status.json"));
  }

  /** What stands in the status ConfigMap under that key. */
  private String statusText(String key) {
    return cluster.kubectl(
        "-n",
        NAMESPACE,
        "get",
        "configmap",
        "prepull-status",
        "-o",
        "jsonpath={.data.%s}".formatted(key.replace(".", "\\.")));
  }

  private JsonNode statusOf(String image) throws IOException {
    return named(statusJson().get("images"), "image", image);
  }

  private JsonNode statusList(String name) throws IOException {
    return named(statusJson().get("lists"), "name", name);
  }

  private static JsonNode named(JsonNode array, String field, String value) {
    for (JsonNode element : array) {
      if (element.get(field).asText().equals(value)) {
        return element;
      }
    }
    throw new TestbedException("no %s in %s".formatted(value, array));
  }

  private boolean isIdenticalOn(int nodes, String image) throws IOException {
    JsonNode status = statusOf(image);
    return status.get("identical").asBoolean()
        && status.get("nodes").get("present").asInt() == nodes;
  }

  private int desired(String image) {
    return controller.image(image).get("nodes").get("desired").asInt();
  }

  /** One line for each Event on that ConfigMap: type, reason, message. */
  private String events(String configMap) {
    return cluster.kubectl(
        "-n",
        NAMESPACE,
        "get",
        "events",
        "--field-selector",
        "involvedObject.name=" + configMap,
        "-o",
        "jsonpath={range .items[*]}{.type} {.reason} {.message}{\"\\n\"}{end}");
  }

  private void eventually(String what, Callable<Boolean> condition) {
    await(what)
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptionsInstanceOf(TestbedException.class)
        .until(condition);
  }
}
