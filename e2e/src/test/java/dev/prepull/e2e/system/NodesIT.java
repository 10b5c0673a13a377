package dev.prepull.e2e.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.prepull.e2e.testbed.AgentProcess;
import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.ControlPlane;
import dev.prepull.e2e.testbed.ControllerProcess;
import dev.prepull.e2e.testbed.LinkSecrets;
import dev.prepull.e2e.testbed.Machine;
import dev.prepull.e2e.testbed.Ports;
import dev.prepull.e2e.testbed.Registry;
import dev.prepull.e2e.testbed.TestImage;
import dev.prepull.e2e.testbed.TestbedException;
import dev.prepull.e2e.testbed.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Nodes that join, leave and change, and what they tell, on a real kube-apiserver and with the very
 * rights that the components give.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NodesIT {

  private static final String NAMESPACE = "prepull-system";
  private static final String TAINT = "prepull.dev/not-ready";
  private static final Path MANIFESTS = Machine.sources().resolve("manifests");
  private static final List<String> COMPONENTS =
      List.of("node-label", "node-condition", "startup-taint");

  private final Workspace workspace = Workspace.temporary();
  private final LinkSecrets secrets = LinkSecrets.make(workspace, "link");
  private final Registry registry = Registry.start(workspace, "registry", Ports.free());
  private final ContainerdNode runtime =
      ContainerdNode.start(workspace, "runtime", ContainerdNode.Version.V1_6);
  private final ContainerdNode emptyRuntime =
      ContainerdNode.start(workspace, "empty", ContainerdNode.Version.V1_6);
  private final ControlPlane cluster = ControlPlane.start(workspace);
  private ControllerProcess controller;
  private long seed = System.nanoTime();

  @BeforeAll
  void start() throws IOException {
    runtime.mapRegistry(registry.host(), registry.url());
    emptyRuntime.mapRegistry(registry.host(), registry.url());
    cluster.apply(
        workspace, "{apiVersion: v1, kind: Namespace, metadata: {name: %s}}".formatted(NAMESPACE));
    applyFile(MANIFESTS.resolve("base/rbac.yaml"));
    COMPONENTS.forEach(this::grant);
    controller =
        ControllerProcess.inCluster(
            workspace,
            secrets,
            kubeconfigOfController(),
            Map.of(
                "PREPULL_NODE_LABEL", "true",
                "PREPULL_NODE_CONDITION", "true",
                "PREPULL_STARTUP_TAINT", TAINT,
                "PREPULL_STARTUP_TAINT_TIMEOUT", "120s"));
  }

  private void applyFile(Path file) {
    var _ = cluster.kubectl("apply", "-f", file.toString());
  }

  private void grant(String component) {
    applyFile(MANIFESTS.resolve("components/%s/rbac.yaml".formatted(component)));
  }

  private Path kubeconfigOfController() throws IOException {
    String token = kubectl("create", "token", "prepull-controller").strip();
    return workspace.file(
        "controller-kubeconfig",
        Files.readString(cluster.kubeconfig()).replaceAll("token: [0-9a-f]+", "token: " + token));
  }

  @AfterEach
  void removeListsAndNodes() {
    var _ = kubectl("delete", "configmap", "-l", "prepull.dev/config=PrePullList", "--wait=true");
    var _ = kubectl("delete", "nodes", "--all", "--wait=true");
  }

  @AfterAll
  void stop() {
    workspace.close();
  }

  @Test
  void aNodeThatJoinsIsFreedOfItsTaintOnceItHoldsItsImages() {
    String image = push("joins");
    list("joins", "image: \"%s\", tolerations: [{key: mine, operator: Exists}]".formatted(image));
    join("edge-1");
    var _ = cluster.kubectl("taint", "node", "edge-1", "mine=1:NoSchedule");
    eventually("it is planned for", () -> desired(image) == 1);
    assertThat(taints("edge-1")).contains(TAINT);
    assertThat(label("edge-1")).isEmpty();

    try (var _ = agent("edge-1", runtime)) {
      eventually("the taint is gone", () -> !taints("edge-1").contains(TAINT));
      eventually("the label is there", () -> label("edge-1").equals("true"));
      eventually("the condition is there", () -> condition("edge-1").equals("True PlanHeld"));
    }

    assertThat(runtime.held()).containsKey(image);
    assertThat(taints("edge-1")).isEqualTo("mine");
    assertThat(events("edge-1")).isEmpty();
  }

  @Test
  void labelAndConditionFollowWhatTheNodeHolds() {
    String image = push("follows");
    list("follows", "image: \"%s\"".formatted(image));
    cluster.addNode(workspace, "edge-2");

    try (var _ = agent("edge-2", runtime)) {
      eventually("it is ready", () -> label("edge-2").equals("true"));
      list("follows", "image: \"%s/absent:1\"".formatted(registry.host()));
      eventually("the label says so", () -> label("edge-2").equals("false"));
      eventually("and the condition", () -> condition("edge-2").equals("False ImagesMissing"));
      list("follows", "image: \"%s\"".formatted(image));

      eventually("it is ready again", () -> label("edge-2").equals("true"));
      eventually("by both", () -> condition("edge-2").equals("True PlanHeld"));
    }
  }

  @Test
  void theTaintOfANodeWhoseAgentNeverComesIsRemovedInTheEnd() {
    list("silent", "image: \"%s\"".formatted(push("silent")));

    join("silent");

    eventually("an Event warns", () -> events("silent").contains("Warning PrePullTimeout"));
    assertThat(taints("silent")).isEmpty();
    assertThat(label("silent")).isEmpty();
  }

  @Test
  void aNodeThatNoImageIsMeantForIsFreedAtOnce() {
    String image = push("elsewhere");
    list("elsewhere", "image: \"%s\", nodeSelector: {gpu: \"true\"}".formatted(image));

    join("idle");

    eventually("the taint is gone", () -> taints("idle").isEmpty());
    eventually("it is ready", () -> label("idle").equals("true"));
    assertThat(events("idle")).isEmpty();
  }

  @Test
  void aRightThatIsMissingIsToldOnceAndStopsNoPull() {
    list("denied", "image: \"%s\"".formatted(push("denied")));
    cluster.addNode(workspace, "edge-3");
    try (var _ = agent("edge-3", runtime)) {
      eventually("it is ready", () -> label("edge-3").equals("true"));
      var _ =
          cluster.kubectl(
              "delete", "clusterrolebinding", "prepull-node-label", "prepull-startup-taint");
      var _ = cluster.kubectl("label", "node", "edge-3", "prepull.dev/ready-");
      eventually("it is counted twice at least", () -> failures() >= 2);
      String image = push("denied");
      list("denied", "image: \"%s\"".formatted(image));
      eventually("it is pulled", () -> runtime.held().containsKey(image));

      assertThat(controller.log().split("forbids it \\(403\\)", -1)).hasSize(2);
      assertThat(controller.log()).contains("Add manifests/components/node-label");
      COMPONENTS.forEach(this::grant);

      eventually("it is ready again", () -> label("edge-3").equals("true"));
    }
  }

  @Test
  void aNodeThatIsReplacedUnderItsNameIsFilledAnew() {
    String image = push("replaced");
    list("replaced", "image: \"%s\"".formatted(image));
    join("edge-4");
    try (var _ = agent("edge-4", runtime)) {
      eventually("the taint is gone", () -> !taints("edge-4").contains(TAINT));
      String locked = controller.image(image).get("digest").asText();
      String moved = push("replaced");
      assertThat(moved).isEqualTo(image);

      var _ = cluster.kubectl("delete", "node", "edge-4");
      join("edge-4");
      eventually("the other is noticed", () -> controller.log().contains("was replaced"));
      eventually("freed again", () -> !taints("edge-4").contains(TAINT));
      assertThat(controller.image(image).get("digest").asText()).isEqualTo(locked);
    }
    String locked = controller.image(image).get("digest").asText();
    var _ = cluster.kubectl("delete", "node", "edge-4");
    join("edge-4");
    eventually("its agent is gone", () -> attached() == 0);
    assertThat(taints("edge-4")).contains(TAINT);
    try (var _ = agent("edge-4", emptyRuntime)) {
      eventually("the empty machine is filled", () -> emptyRuntime.held().containsKey(image));
      eventually("freed", () -> !taints("edge-4").contains(TAINT));
      eventually("labelled", () -> label("edge-4").equals("true"));
    }

    assertThat(emptyRuntime.held()).containsEntry(image, locked);
    assertThat(events("edge-4")).isEmpty();
  }

  @Test
  void aMachineThatComesBackUnderAnotherNameIsAnotherNodeAndPullsNothing() {
    String image = push("renamed");
    list("renamed", "image: \"%s\"".formatted(image));
    cluster.addNode(workspace, "old-name");
    try (var _ = agent("old-name", runtime)) {
      eventually("it is ready", () -> label("old-name").equals("true"));
    }

    var _ = cluster.kubectl("delete", "node", "old-name");
    cluster.addNode(workspace, "new-name");
    int requests = registry.requests().size();
    try (var _ = agent("new-name", runtime)) {
      eventually("it is ready", () -> label("new-name").equals("true"));
      eventually("nothing of the old one is left", () -> nodes().equals("new-name"));
    }

    assertThat(registry.requests()).hasSize(requests);
  }

  @Test
  void aCordonedNodeGetsItsImagesAlsoWhereTheListToleratesNothing() {
    cluster.addNode(workspace, "edge-5");
    var _ = cluster.kubectl("cordon", "edge-5");
    var _ =
        cluster.kubectl(
            "taint",
            "--overwrite",
            "node",
            "edge-5",
            "node.kubernetes.io/unschedulable:NoSchedule");
    String image = push("cordoned");

    list("cordoned", "image: \"%s\", tolerations: []".formatted(image));

    try (var _ = agent("edge-5", runtime)) {
      eventually("it holds the image", () -> runtime.held().containsKey(image));
      eventually("it says so", () -> label("edge-5").equals("true"));
    }
  }

  @Test
  void anAgentThatMissesAnImageIsReadyInTheEnd() throws Exception {
    list("missed", "image: \"%s/absent:1\"".formatted(registry.host()));
    cluster.addNode(workspace, "edge-6");

    try (AgentProcess agent = agent("edge-6", runtime, "--ready-timeout", "5s")) {
      eventually("why it is not", () -> readiness(agent).contains("NotFound"));
      eventually("it is", () -> readiness(agent).startsWith("200 ok, because --ready-timeout"));
      assertThat(readiness(agent)).contains("0 of 1 images present", "absent:1: NotFound");
    }
  }

  private static String readiness(AgentProcess agent) throws IOException, InterruptedException {
    var answer = agent.http().get("/readyz");
    return answer.statusCode() + " " + answer.body();
  }

  private AgentProcess agent(String node, ContainerdNode on, String... flags) {
    String[] all = Arrays.copyOf(flags, flags.length + 2);
    all[flags.length] = "--disk-threshold";
    all[flags.length + 1] = "99";
    return AgentProcess.start(workspace, node, on, controller.link(), secrets, all);
  }

  /** As a kubelet with {@code registerWithTaints} makes its Node. */
  private void join(String name) {
    cluster.apply(
        workspace,
        """
        apiVersion: v1
        kind: Node
        metadata:
          name: %1$s
          labels: {kubernetes.io/hostname: %1$s, kubernetes.io/os: linux, kubernetes.io/arch: %2$s}
        spec:
          taints: [{key: %3$s, effect: NoSchedule}]
        """
            .formatted(name, Machine.ARCHITECTURE, TAINT));
  }

  /** A new image under that name, whether there was one or not. */
  private String push(String name) {
    var _ = registry.push(name, "1", TestImage.random(seed++, 1, 1024));
    return registry.host() + "/" + name + ":1";
  }

  private void list(String name, String entry) {
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
          PrePullList: |
            images: [{%s}]
        """
            .formatted(name, NAMESPACE, entry));
  }

  private String kubectl(String... arguments) {
    String[] all = new String[arguments.length + 2];
    all[0] = "-n";
    all[1] = NAMESPACE;
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    return cluster.kubectl(all);
  }

  private String node(String name, String path) {
    return cluster.kubectl("get", "node", name, "-o", "jsonpath={%s}".formatted(path)).strip();
  }

  /** Without those that Kubernetes itself sets, since no kubelet says that the node is well. */
  private String taints(String name) {
    return Arrays.stream(node(name, ".spec.taints[*].key").split(" ", -1))
        .filter(key -> !key.startsWith("node.kubernetes.io/"))
        .collect(Collectors.joining(" "));
  }

  private String label(String name) {
    return node(name, ".metadata.labels.prepull\\.dev/ready");
  }

  private String condition(String name) {
    String condition = ".status.conditions[?(@.type==\"ImagesPrePulled\")]";
    return node(name, condition + ".status") + " " + node(name, condition + ".reason");
  }

  private String events(String node) {
    return cluster.kubectl(
        "-n",
        "default",
        "get",
        "events",
        "--field-selector",
        "involvedObject.kind=Node,involvedObject.name=" + node,
        "-o",
        "jsonpath={range .items[*]}{.type} {.reason} {.message}{end}");
  }

  private String nodes() {
    return String.join(" ", controller.http().json("/api/v1/nodes").findValuesAsText("node"));
  }

  private int desired(String image) {
    return controller.image(image).get("nodes").get("desired").asInt();
  }

  private int attached() {
    return controller.status().get("nodes").get("attached").asInt();
  }

  private double failures() {
    return controller
        .http()
        .text("/metrics")
        .lines()
        .filter(line -> line.startsWith("prepull_controller_api_failures_total"))
        .filter(line -> line.contains("patch Node label"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  private void eventually(String what, Callable<Boolean> condition) {
    await(what)
        .atMost(Duration.ofSeconds(240))
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptionsInstanceOf(TestbedException.class)
        .until(condition);
  }
}
