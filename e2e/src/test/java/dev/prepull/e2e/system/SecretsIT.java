package dev.prepull.e2e.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prepull.e2e.testbed.AgentProcess;
import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.ControlPlane;
import dev.prepull.e2e.testbed.ControllerProcess;
import dev.prepull.e2e.testbed.DockerNode;
import dev.prepull.e2e.testbed.LinkSecrets;
import dev.prepull.e2e.testbed.Ports;
import dev.prepull.e2e.testbed.Registry;
import dev.prepull.e2e.testbed.RegistryAccess;
import dev.prepull.e2e.testbed.RuntimeNode;
import dev.prepull.e2e.testbed.TestImage;
import dev.prepull.e2e.testbed.TestbedException;
import dev.prepull.e2e.testbed.Workspace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Secrets and ServiceAccounts that lists name, on a real kube-apiserver, read with the rights that
 * the guide gives: list and watch on the named objects alone. The nodes have no credential.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecretsIT {

  private static final String NAMESPACE = "prepull-system";
  private static final String USER = "alice";
  private static final String RIGHT = "Right-Horse-Battery-41";
  private static final String WRONG = "Wrong-Donkey-Staple-17";
  private static final String NEXT = "Next-Mule-Paperclip-63";
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String RIGHTS =
      """
      apiVersion: v1
      kind: List
      items:
      - {apiVersion: v1, kind: Namespace, metadata: {name: prepull-system}}
      - {apiVersion: v1, kind: ServiceAccount, metadata: {name: controller, namespace: prepull-system}}
      - apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata: {name: prepull-nodes}
        rules: [{apiGroups: [""], resources: [nodes], verbs: [get, list, watch]}]
      - apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata: {name: prepull-nodes}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: prepull-nodes}
        subjects: [{kind: ServiceAccount, name: controller, namespace: prepull-system}]
      - apiVersion: rbac.authorization.k8s.io/v1
        kind: Role
        metadata: {name: prepull-controller, namespace: prepull-system}
        rules:
        - {apiGroups: [""], resources: [configmaps], verbs: [get, list, watch, create, update]}
        - {apiGroups: [""], resources: [events], verbs: [create, update]}
      - apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: prepull-controller, namespace: prepull-system}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: prepull-controller}
        subjects: [{kind: ServiceAccount, name: controller, namespace: prepull-system}]
      - apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: prepull-pull-secrets, namespace: prepull-system}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: prepull-pull-secrets}
        subjects: [{kind: ServiceAccount, name: controller, namespace: prepull-system}]
      """;

  private final Workspace workspace = Workspace.temporary();
  private final LinkSecrets secrets = LinkSecrets.make(workspace, "link");
  private final Registry registry = Registry.start(workspace, "registry", Ports.free());
  private final Registry guarded =
      registry.startGuarded("guarded", Ports.free(), new RegistryAccess.Password(USER, RIGHT));
  private final ControlPlane cluster = ControlPlane.start(workspace);
  private final List<RuntimeNode> nodes = new ArrayList<>();
  private final List<AgentProcess> agents = new ArrayList<>();
  private ControllerProcess controller;
  private long seed = System.nanoTime();

  @BeforeAll
  void start() throws IOException {
    cluster.apply(workspace, RIGHTS);
    allow("first", "second", "rotated", "late", "crooked", "of-account");
    controller =
        ControllerProcess.inCluster(
            workspace, secrets, kubeconfigOfController(), NAMESPACE, Ports.free());
    addNode(
        "with-containerd",
        ContainerdNode.start(workspace, "with-containerd", ContainerdNode.Version.V1_7));
    addNode("with-docker", DockerNode.start(workspace, "with-docker", DockerNode.Version.V20));
  }

  private void addNode(String name, RuntimeNode node) {
    node.mapRegistry(guarded.host(), guarded.url());
    cluster.addNode(workspace, name);
    nodes.add(node);
    agents.add(
        AgentProcess.start(
            workspace,
            name,
            node,
            controller.link(),
            secrets,
            "--disk-threshold",
            "99",
            "--docker-config",
            ""));
  }

  /** Lets the controller read these Secrets, and one ServiceAccount. */
  private void allow(String... names) {
    cluster.apply(
        workspace,
        """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: Role
        metadata: {name: prepull-pull-secrets, namespace: prepull-system}
        rules:
        - {apiGroups: [""], resources: [secrets], resourceNames: [%s], verbs: [list, watch]}
        - {apiGroups: [""], resources: [serviceaccounts], resourceNames: [builder, absent], verbs: [list, watch]}
        """
            .formatted(String.join(", ", names)));
  }

  private Path kubeconfigOfController() throws IOException {
    String token = kubectl("create", "token", "controller").strip();
    return workspace.file(
        "controller-kubeconfig",
        Files.readString(cluster.kubeconfig()).replaceAll("token: [0-9a-f]+", "token: " + token));
  }

  @AfterEach
  void removeLists() {
    var _ = kubectl("delete", "configmap", "-l", "prepull.dev/config=PrePullList", "--wait=true");
    var _ = kubectl("delete", "events", "--all");
    eventually("no list is in force", () -> controller.status().get("lists").isEmpty());
  }

  @AfterAll
  void stop() {
    workspace.close();
  }

  @Test
  void theSecondSecretIsTriedWhereTheFirstIsWrongWhateverTheirTypes() {
    String image = push("both/app");
    secret("first", "kubernetes.io/dockercfg", ".dockercfg", "{%s}".formatted(entry(WRONG)));
    secret("second", RIGHT);

    list("both", image, "pullSecrets: [first, second]");

    awaitHeld(image);
    assertThat(list("both").get("warnings")).isEmpty();
    assertThat(controller.status().get("doctor").toString()).contains("every Pod of a node");
  }

  @Test
  void theSecretsOfAServiceAccountCount() {
    String image = push("account/app");
    secret("of-account", RIGHT);
    cluster.apply(
        workspace,
        "{apiVersion: v1, kind: ServiceAccount, metadata: {name: builder, namespace: %s}, imagePullSecrets: [{name: of-account}]}"
            .formatted(NAMESPACE));

    list("account", image, "serviceAccounts: [absent, builder]");

    awaitHeld(image);
    assertThat(warnings("account"))
        .contains("ServiceAccount prepull-system/absent: does not exist")
        .doesNotContain("builder");
  }

  @Test
  void aRotatedSecretIsUsedWithoutARestart() {
    String image = push("rotated/app");
    secret("rotated", WRONG);
    list("rotated", image, "pullSecrets: [rotated]");
    eventually("it is refused", () -> failure(image).get("reason").asText().equals("Unauthorized"));
    assertThat(failure(image).get("message").asText())
        .contains(guarded.host(), "Secret prepull-system/rotated");
    List<Long> processes = processes();

    secret("rotated", RIGHT);

    awaitHeld(image);
    assertThat(processes()).isEqualTo(processes);
    assertThat(secretsIn(everythingShown())).isEmpty();
  }

  @Test
  void aSecretThatIsRotatedWhileTheImageSpreadsServesTheNodesThatAreLeft() {
    String image = push("spreading/app");
    secret("rotated", RIGHT);
    agents.getLast().kill();
    list("spreading", image, "pullSecrets: [rotated]");
    eventually(
        "the first node holds it",
        () -> controller.image(image).get("nodes").get("present").asInt() == 1);
    try {
      guarded.letIn(new RegistryAccess.Password(USER, NEXT));

      agents.getLast().resume();
      eventually(
          "the other is refused",
          () -> failure(image).get("reason").asText().equals("Unauthorized"));
      secret("rotated", NEXT);

      awaitHeld(image);
      assertThat(secretsIn(everythingShown())).isEmpty();
    } finally {
      guarded.letIn(new RegistryAccess.Password(USER, RIGHT));
    }
  }

  @Test
  void aMissingSecretIsToldAndHoldsUpNoOtherAndCountsOnceItIsThere() {
    String image = push("late/app");
    String other = push("late/other");
    secret("second", RIGHT);

    cluster.apply(
        workspace,
        configMap(
            "late",
            """
            images:
              - {image: "%s", pullSecrets: [late]}
              - {image: "%s", pullSecrets: [late, second]}\
            """
                .formatted(image, other)));

    String problem = "Secret prepull-system/late: does not exist";
    eventually("the status tells it", () -> warnings("late").contains(problem));
    eventually("an Event tells it", () -> events("late").contains("CredentialProblem " + problem));
    awaitHeld(other);
    eventually(
        "the failed pull tells it", () -> failure(image).get("message").asText().contains(problem));

    secret("late", RIGHT);

    awaitHeld(image);
    eventually("the status tells it no more", () -> list("late").get("warnings").isEmpty());
  }

  @Test
  void aMalformedSecretIsToldWithoutItsContentAndCountsOnceItIsMended() {
    String image = push("crooked/app");
    secret(
        "crooked",
        "kubernetes.io/dockerconfigjson",
        ".dockerconfigjson",
        "{\"auths\": {\"%s\": {\"auth\": \"%s\"}}}".formatted(guarded.host(), WRONG));

    list("crooked", image, "pullSecrets: [crooked]");

    String problem = "Secret prepull-system/crooked, key auths";
    eventually("the status tells it", () -> warnings("crooked").contains(problem));
    eventually("an Event tells it", () -> events("crooked").contains(problem));
    assertThat(secretsIn(warnings("crooked") + events("crooked"))).isEmpty();

    secret("crooked", RIGHT);

    awaitHeld(image);
    eventually("the status tells it no more", () -> list("crooked").get("warnings").isEmpty());
  }

  @Test
  void aSecretThatMayNotBeReadIsToldWithTheRuleThatIsMissing() {
    String image = push("forbidden/app");
    secret("forbidden", RIGHT);

    list("forbidden", image, "pullSecrets: [forbidden]");

    eventually(
        "the status tells the rule",
        () ->
            warnings("forbidden")
                .contains("verbs [list, watch] on secrets, resourceNames [forbidden]"));
    allow("first", "second", "rotated", "late", "crooked", "of-account", "forbidden");

    awaitHeld(image);
    eventually("the status tells it no more", () -> list("forbidden").get("warnings").isEmpty());
  }

  // --- what the tests are made of ---

  private String push(String repository) {
    var _ = registry.push(repository, "1", TestImage.random(seed++, 1, 1024));
    return guarded.host() + "/" + repository + ":1";
  }

  private String entry(String password) {
    return "\"%s\": {\"auth\": \"%s\"}".formatted(guarded.host(), auth(password));
  }

  private static String auth(String password) {
    return Base64.getEncoder()
        .encodeToString((USER + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  private void secret(String name, String password) {
    secret(
        name,
        "kubernetes.io/dockerconfigjson",
        ".dockerconfigjson",
        "{\"auths\": {%s}}".formatted(entry(password)));
  }

  private void secret(String name, String type, String key, String config) {
    cluster.apply(
        workspace,
        """
        apiVersion: v1
        kind: Secret
        metadata: {name: %s, namespace: %s}
        type: %s
        stringData:
          %s: '%s'
        """
            .formatted(name, NAMESPACE, type, key, config));
  }

  private void list(String name, String image, String field) {
    cluster.apply(
        workspace, configMap(name, "images: [{image: \"%s\", %s}]".formatted(image, field)));
  }

  private static String configMap(String name, String list) {
    return """
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: %s
      namespace: %s
      labels: {prepull.dev/config: PrePullList}
    data:
      PrePullList: |
    %s
    """
        .formatted(name, NAMESPACE, list.indent(4).stripTrailing());
  }

  private String kubectl(String... arguments) {
    return cluster.kubectl(
        Stream.concat(Stream.of("-n", NAMESPACE), Stream.of(arguments)).toArray(String[]::new));
  }

  private JsonNode list(String name) {
    for (JsonNode list : controller.status().get("lists")) {
      if (list.get("name").asText().equals(name)) {
        return list;
      }
    }
    throw new TestbedException("no list " + name);
  }

  private String warnings(String list) {
    return list(list).get("warnings").toString().replace("\\\"", "\"");
  }

  private JsonNode failure(String image) {
    JsonNode failure = controller.image(image).get("failures").get(0);
    if (failure == null) {
      throw new TestbedException(image + " has not failed");
    }
    return failure;
  }

  private String events(String configMap) {
    return kubectl(
        "get",
        "events",
        "--field-selector",
        "involvedObject.name=" + configMap,
        "-o",
        "jsonpath={range .items[*]}{.reason} {.message}{\"\\n\"}{end}");
  }

  private void awaitHeld(String image) {
    eventually(
        image + " is identical on every node",
        () -> {
          JsonNode status = controller.image(image);
          return status.get("identical").asBoolean()
              && status.get("nodes").get("present").asInt() == nodes.size();
        });
    assertThat(nodes).allMatch(node -> node.held().containsKey(image));
  }

  private List<Long> processes() {
    return Stream.concat(Stream.of(controller.pid()), agents.stream().map(AgentProcess::pid))
        .toList();
  }

  private String everythingShown() {
    StringBuilder shown = new StringBuilder(controller.log());
    Stream.of("/metrics", "/api/v1/status", "/api/v1/images", "/api/v1/nodes")
        .forEach(path -> shown.append(controller.http().text(path)));
    for (AgentProcess agent : agents) {
      shown.append(agent.log());
      Stream.of("/metrics", "/api/v1/images", "/readyz")
          .forEach(path -> shown.append(agent.http().text(path)));
    }
    shown.append(kubectl("get", "events,configmaps", "-o", "yaml"));
    return shown.toString();
  }

  private static List<String> secretsIn(String text) {
    return Stream.of(RIGHT, WRONG, NEXT)
        .flatMap(password -> Stream.of(password, auth(password)))
        .filter(text::contains)
        .toList();
  }

  private void eventually(String what, Callable<Boolean> condition) {
    try {
      await(what)
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(100))
          .ignoreExceptionsInstanceOf(TestbedException.class)
          .until(condition);
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(
          e.getMessage() + "\n" + controller.status().toPrettyString() + "\n" + controller.log(),
          e);
    }
  }
}
