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
import dev.prepull.e2e.testbed.TestbedException;
import dev.prepull.e2e.testbed.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Who may speak for a node, by a real kube-apiserver's word, with the rights of manifests/base: the
 * controller knows agents by the tokens of their Pods, and agents know it by a certificate that it
 * has made.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IdentityIT {

  private static final String NAMESPACE = "prepull-system";
  private static final String NODE = "edge-1";
  private static final String OTHER_NODE = "edge-2";

  private final Workspace workspace = Workspace.temporary();
  private final ContainerdNode runtime =
      ContainerdNode.start(workspace, NODE, ContainerdNode.Version.V1_7);
  private final ControlPlane cluster = ControlPlane.start(workspace);
  private ControllerProcess controller;
  private Path trusted;

  @BeforeAll
  void start() throws IOException {
    cluster.apply(
        workspace, "{apiVersion: v1, kind: Namespace, metadata: {name: %s}}".formatted(NAMESPACE));
    var _ =
        cluster.kubectl(
            "apply", "-f", Machine.sources().resolve("manifests/base/rbac.yaml").toString());
    cluster.addNode(workspace, NODE);
    cluster.addNode(workspace, OTHER_NODE);
    addPod("agent-1", NODE, "prepull-agent");
    addPod("stranger-1", NODE, "default");
    controller =
        ControllerProcess.deployed(workspace, kubeconfigOfController(), NAMESPACE, Ports.free());
    trusted = workspace.file("ca.crt", published());
  }

  @AfterAll
  void stop() {
    workspace.close();
  }

  private void addPod(String name, String node, String serviceAccount) {
    cluster.apply(
        workspace,
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s, namespace: %s}
        spec:
          nodeName: %s
          serviceAccountName: %s
          containers: [{name: main, image: "localhost/none"}]
        """
            .formatted(name, NAMESPACE, node, serviceAccount));
  }

  private Path kubeconfigOfController() throws IOException {
    String token = kubectl("create", "token", "prepull-controller").strip();
    return workspace.file(
        "controller-kubeconfig",
        Files.readString(cluster.kubeconfig()).replaceAll("token: [0-9a-f]+", "token: " + token));
  }

  /** What agents shall trust. */
  private String published() {
    return kubectl("get", "configmap", "prepull-ca", "-o", "jsonpath={.data.ca\\.crt}");
  }

  private String tokenOfPod(String serviceAccount, String pod) {
    return kubectl(
            "create",
            "token",
            serviceAccount,
            "--audience=prepull-controller",
            "--bound-object-kind=Pod",
            "--bound-object-name=" + pod)
        .strip();
  }

  private AgentProcess agent(String node, String name, String token) {
    return AgentProcess.start(
        workspace,
        node,
        runtime,
        controller.link(),
        LinkSecrets.ofAgent(trusted, workspace.file("token-" + name, token)),
        "--disk-threshold",
        "99");
  }

  @Test
  void theAgentOfANodeIsLetInAndComesBackToARestartedController() throws IOException {
    try (AgentProcess agent = agent(NODE, "own", tokenOfPod("prepull-agent", "agent-1"))) {
      eventually("it is attached", agent, () -> isAttached(NODE));

      controller.kill();
      controller.resume();

      eventually("it is attached again", agent, () -> isAttached(NODE));
      assertThat(published()).isEqualTo(Files.readString(trusted));
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "the token of another node, edge-2, 'the token is bound to node edge-1, and was shown for edge-2'",
    "a token for another audience, edge-1, the API server does not accept the token",
    "the token of another account, edge-1, 'system:serviceaccount:prepull-system:default''s'",
    "a token that is bound to no Pod, edge-1, the token is not bound to a Pod",
    "a token that nobody has made, edge-1, the API server does not accept the token"
  })
  void isRefused(String what, String node, String why) throws Exception {
    String token =
        switch (what) {
          case "the token of another node" -> tokenOfPod("prepull-agent", "agent-1");
          case "a token for another audience" ->
              kubectl("create", "token", "prepull-agent").strip();
          case "the token of another account" -> tokenOfPod("default", "stranger-1");
          case "a token that is bound to no Pod" ->
              kubectl("create", "token", "prepull-agent", "--audience=prepull-controller").strip();
          default -> "e30.e30.c2ln";
        };
    try (AgentProcess agent = agent(node, "refused", token)) {
      eventually("the agent is told why", agent, () -> agent.log().contains(why));

      assertThat(controller.log()).contains(why).doesNotContain(token);
      assertThat(agent.log()).doesNotContain(token);
      assertThat(controller.http().get("/metrics").body())
          .containsPattern("refused\\w*\\{reason=\"BadToken\"\\} [1-9]");
      assertThat(isAttached(node)).isFalse();
    }
  }

  @Test
  void theTokenOfAnAgentOpensNothingElse() {
    assertThat(mayDo("prepull-agent", "list", "pods")).isFalse();
    assertThat(mayDo("prepull-agent", "get", "secrets")).isFalse();
    assertThat(mayDo("prepull-agent", "list", "nodes")).isFalse();
    assertThat(mayDo("prepull-agent", "get", "configmaps")).isFalse();
  }

  @Test
  void theControllerReadsNoSecretButItsOwn() {
    assertThat(mayDo("prepull-controller", "list", "secrets")).isFalse();
    assertThat(mayDo("prepull-controller", "get", "secrets/other")).isFalse();
    assertThat(mayDo("prepull-controller", "get", "secrets/prepull-tls")).isTrue();
    assertThat(mayDo("prepull-controller", "create", "pods")).isFalse();
    assertThat(mayDo("prepull-controller", "patch", "nodes")).isFalse();
  }

  private boolean mayDo(String serviceAccount, String verb, String resource) {
    try {
      return kubectl(
              "auth",
              "can-i",
              verb,
              resource,
              "--as=system:serviceaccount:%s:%s".formatted(NAMESPACE, serviceAccount))
          .strip()
          .equals("yes");
    } catch (TestbedException e) {
      // kubectl ends with 1 when the answer is no.
      assertThat(e).hasMessageContaining("no");
      return false;
    }
  }

  private boolean isAttached(String node) {
    return controller.http().json("/api/v1/nodes/" + node).get("attached").asBoolean();
  }

  private String kubectl(String... arguments) {
    List<String> all = new ArrayList<>(List.of("-n", NAMESPACE));
    all.addAll(List.of(arguments));
    return cluster.kubectl(all.toArray(String[]::new));
  }

  private void eventually(String what, AgentProcess agent, Callable<Boolean> condition) {
    try {
      await(what)
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(100))
          .ignoreExceptionsInstanceOf(TestbedException.class)
          .until(condition);
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(
          "%s%n%s%n%s".formatted(e.getMessage(), agent.log(), controller.log()), e);
    }
  }
}
