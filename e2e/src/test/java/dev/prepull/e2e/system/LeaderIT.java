package dev.prepull.e2e.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.prepull.e2e.testbed.AgentProcess;
import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.ControlPlane;
import dev.prepull.e2e.testbed.ControllerProcess;
import dev.prepull.e2e.testbed.ControllerService;
import dev.prepull.e2e.testbed.FaultyRegistry;
import dev.prepull.e2e.testbed.LinkSecrets;
import dev.prepull.e2e.testbed.Machine;
import dev.prepull.e2e.testbed.Ports;
import dev.prepull.e2e.testbed.Registry;
import dev.prepull.e2e.testbed.RegistryRequest;
import dev.prepull.e2e.testbed.TestImage;
import dev.prepull.e2e.testbed.TestbedException;
import dev.prepull.e2e.testbed.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Two controllers on a real kube-apiserver with the rights of manifests/base, and an agent behind
 * what is the Service to it. Whatever becomes of the leader, the other goes on, and no image is
 * pulled twice.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LeaderIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NAMESPACE = "prepull-system";
  private static final String NODE = "edge-1";
  private static final Pattern ADOPTED = Pattern.compile("Plan adopted.* revision=(\\S+)");

  /** So slow that no pull ends before the test wants it to. */
  private static final FaultyRegistry.Behaviour SLOW = new FaultyRegistry.Slow(16 * 1024);

  private static final FaultyRegistry.Behaviour PASSING = new FaultyRegistry.Passing();
  private static final int LAYERS = 2;
  private static final int LAYER_BYTES = 2 * 1024 * 1024;

  private final Workspace workspace = Workspace.temporary();
  private final Registry registry = Registry.start(workspace, "registry", Ports.free());
  private final FaultyRegistry faulty = workspace.add(FaultyRegistry.before(registry));
  private final ContainerdNode node =
      ContainerdNode.start(workspace, NODE, ContainerdNode.Version.V1_6);
  private final ControlPlane cluster = ControlPlane.start(workspace);
  private final List<ControllerProcess> controllers = new ArrayList<>();
  private ControllerService service;
  private AgentProcess agent;
  private long seed = System.nanoTime();

  @BeforeAll
  void start() throws IOException {
    node.mapRegistry(faulty.host(), faulty.url());
    cluster.apply(
        workspace, "{apiVersion: v1, kind: Namespace, metadata: {name: %s}}".formatted(NAMESPACE));
    var _ =
        cluster.kubectl(
            "apply", "-f", Machine.sources().resolve("manifests/base/rbac.yaml").toString());
    cluster.addNode(workspace, NODE);
    addAgentPod();
    Path kubeconfig = kubeconfigOfController();
    for (String name : List.of("controller-a", "controller-b")) {
      controllers.add(ControllerProcess.candidate(workspace, name, kubeconfig, NAMESPACE));
    }
    service = ControllerService.before(workspace, controllers);
    var _ = leader();
    agent =
        AgentProcess.start(
            workspace,
            NODE,
            node,
            service.link(),
            LinkSecrets.ofAgent(
                workspace.file(
                    "ca.crt",
                    kubectl("get", "configmap", "prepull-ca", "-o", "jsonpath={.data.ca\\.crt}")),
                workspace.file("token", tokenOfAgent())),
            "--disk-threshold",
            "99");
  }

  @BeforeEach
  void letBothRun() {
    faulty.behave(PASSING);
    controllers.stream().filter(c -> !c.isAlive()).forEach(ControllerProcess::resume);
    ControllerProcess leader = leader();
    eventually("the agent is attached", () -> isAttachedTo(leader));
    eventually("the other is a standby", () -> standing(other(leader)).contains(" leads"));
    eventually("the Service reaches both", other(leader)::isReady);
  }

  @AfterAll
  void stop() {
    workspace.close();
  }

  @Test
  void aStandbyGoesOnWhenTheLeaderIsKilledWhileItsPermitsAreUsed() {
    ControllerProcess leader = leader();
    ControllerProcess standby = other(leader);
    String image = push("killed/app");
    faulty.behave(SLOW);
    list(image);
    eventually("it is pulled", () -> pulling(leader, image) == 1);
    int plansBefore = adoptedPlans().size();

    leader.kill();

    eventually("the standby leads", standby::leads);
    eventually("it has found the pull", () -> pulling(standby, image) == 1);
    faulty.behave(PASSING);
    eventually("identical", () -> isIdentical(standby, image));
    assertThat(node.held()).containsKey(image);
    assertThat(blobsAskedFor("killed/app")).hasSize(LAYERS + 1).values().containsOnly(1L);
    assertThat(adoptedPlans().stream().skip(plansBefore).distinct()).hasSizeLessThanOrEqualTo(1);
    assertThat(adoptedPlans().getLast()).isEqualTo(adoptedPlans().get(plansBefore - 1));
    assertThat(standby.http().text("/metrics")).contains("prepull_controller_leader 1.0");
  }

  @Test
  void aStandbyGoesOnWhenTheLeaderIsStopped() {
    ControllerProcess leader = leader();
    ControllerProcess standby = other(leader);

    assertThat(leader.terminate()).isZero();

    eventually("the standby leads", standby::leads);
    assertThat(leader.log()).contains("This controller leads no more, as it stops");
    String image = push("stopped/app");
    list(image);
    eventually("identical", () -> isIdentical(standby, image));
  }

  @Test
  void aStandbyThatIsStoppedEndsAtOnce() {
    ControllerProcess leader = leader();

    assertThat(other(leader).terminate()).isZero();

    assertThat(leader.leads()).isTrue();
  }

  @Test
  void aStandbyLeadsAgentsAndTheApiOnToTheLeader() {
    ControllerProcess leader = leader();
    ControllerProcess standby = other(leader);

    // One of these two agents comes to the standby, whichever is first in turn.
    for (int i = 0; i < 2; i++) {
      agent.kill();
      eventually("the agent is noticed to be gone", () -> !isAttachedTo(leader));
      agent.resume();
      eventually("the agent is attached", () -> isAttachedTo(leader));
    }
    String image = push("led-on/app");
    list(image);
    eventually("identical", () -> isIdentical(leader, image));

    assertThat(standby.image(image)).isEqualTo(leader.image(image));
    assertThat(standby.http().text("/metrics")).contains("prepull_controller_leader 0.0");
  }

  @Test
  void aLeaderThatWasPausedDoesNoHarmWhenItWakes() {
    ControllerProcess paused = leader();
    ControllerProcess standby = other(paused);
    String before = push("paused/app");
    list(before);
    eventually("identical", () -> isIdentical(paused, before));

    paused.pause();
    eventually("the standby leads", standby::leads);
    eventually("the agent has found it", () -> isAttachedTo(standby));
    String after = push("awake/app");
    list(before, after);
    eventually("identical", () -> isIdentical(standby, after));
    eventually("the status is written", () -> isWrittenToBeIdentical(after));
    String logBefore = paused.log();
    String status = kubectl("get", "configmap", "prepull-status", "-o", "yaml");
    int requests = faulty.requests().size();
    paused.wake();

    assertThat(paused.awaitExit()).isEqualTo(1);
    assertThat(paused.log().substring(logBefore.length()))
        .contains("Leadership is lost")
        .doesNotContain("Agent attached");
    assertThat(kubectl("get", "configmap", "prepull-status", "-o", "yaml")).isEqualTo(status);
    assertThat(faulty.requests()).hasSize(requests);
    assertThat(isAttachedTo(standby)).isTrue();
    assertThat(blobsAskedFor("awake/app")).values().containsOnly(1L);
  }

  @Test
  void aLeaderThatIsPausedWhileItsAgentStillListensPermitsNothingWhenItWakes() {
    ControllerProcess paused = leader();
    ControllerProcess standby = other(paused);
    paused.pause();
    String image = push("listening/app");
    list(image);

    eventually("the standby leads", standby::leads);
    String logBefore = paused.log();
    paused.wake();

    assertThat(paused.awaitExit()).isEqualTo(1);
    assertThat(paused.log().substring(logBefore.length())).contains("Leadership is lost");
    eventually("identical", () -> isIdentical(standby, image));
    assertThat(blobsAskedFor("listening/app")).values().containsOnly(1L);
  }

  @Test
  void aControllerThatHasLostTheLeaseForAWhileLeadsAgain() {
    ControllerProcess controller = leader();
    assertThat(other(controller).terminate()).isZero();

    kubectl(
        "patch",
        "lease",
        "prepull-controller",
        "--type=merge",
        "--patch={\"spec\":{\"holderIdentity\":\"thief\"}}");

    assertThat(controller.awaitExit()).isEqualTo(1);
    assertThat(controller.log()).contains("Leadership is lost: thief has the Lease");
    controller.resume();
    eventually("it waits", () -> standing(controller).contains("standby: thief leads"));
    eventually("it leads again", controller::leads);
    String image = push("stolen/app");
    list(image);
    eventually("identical", () -> isIdentical(controller, image));
  }

  @Test
  void aLeaseThatIsDeletedChangesNothing() {
    ControllerProcess leader = leader();
    String holder = holder();

    kubectl("delete", "lease", "prepull-controller");

    eventually("the Lease is there again", () -> holder().equals(holder));
    assertThat(leader.leads()).isTrue();
    assertThat(other(leader).leads()).isFalse();
  }

  // --- the cluster ---

  private void addAgentPod() {
    cluster.apply(
        workspace,
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: agent-1, namespace: %s}
        spec:
          nodeName: %s
          serviceAccountName: prepull-agent
          containers: [{name: main, image: "localhost/none"}]
        """
            .formatted(NAMESPACE, NODE));
  }

  private Path kubeconfigOfController() throws IOException {
    String token = kubectl("create", "token", "prepull-controller").strip();
    return workspace.file(
        "controller-kubeconfig",
        Files.readString(cluster.kubeconfig()).replaceAll("token: [0-9a-f]+", "token: " + token));
  }

  private String tokenOfAgent() {
    return kubectl(
            "create",
            "token",
            "prepull-agent",
            "--audience=prepull-controller",
            "--bound-object-kind=Pod",
            "--bound-object-name=agent-1")
        .strip();
  }

  private String kubectl(String... arguments) {
    List<String> all = new ArrayList<>(List.of("-n", NAMESPACE));
    all.addAll(List.of(arguments));
    return cluster.kubectl(all.toArray(String[]::new));
  }

  private String holder() {
    return kubectl("get", "lease", "prepull-controller", "-o", "jsonpath={.spec.holderIdentity}");
  }

  private boolean isWrittenToBeIdentical(String image) throws IOException {
    String status =
        kubectl("get", "configmap", "prepull-status", "-o", "jsonpath={.data.status\\.json}");
    for (JsonNode shown : JSON.readTree(status).get("images")) {
      if (shown.get("image").asText().equals(image)) {
        return shown.get("identical").asBoolean();
      }
    }
    return false;
  }

  private String push(String repository) {
    var _ = registry.push(repository, "1", TestImage.random(seed++, LAYERS, LAYER_BYTES));
    return faulty.host() + "/" + repository + ":1";
  }

  private void list(String... images) {
    cluster.apply(
        workspace,
        """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: fleet
          namespace: %s
          labels: {prepull.dev/config: PrePullList}
        data:
          images: "%s"
        """
            .formatted(NAMESPACE, String.join("\\n", images)));
  }

  // --- what is seen ---

  private ControllerProcess leader() {
    eventually("a controller leads", () -> controllers.stream().anyMatch(ControllerProcess::leads));
    return controllers.stream().filter(ControllerProcess::leads).findFirst().orElseThrow();
  }

  private ControllerProcess other(ControllerProcess controller) {
    return controllers.stream().filter(c -> c != controller).findFirst().orElseThrow();
  }

  private static String standing(ControllerProcess controller) {
    return controller.http().text("/readyz");
  }

  private static boolean isAttachedTo(ControllerProcess controller) {
    return controller.http().json("/api/v1/nodes/" + NODE).get("attached").asBoolean();
  }

  private static int pulling(ControllerProcess controller, String image) {
    return controller.image(image).get("nodes").get("pulling").asInt();
  }

  private static boolean isIdentical(ControllerProcess controller, String image) {
    return controller.image(image).get("identical").asBoolean();
  }

  /** How often each blob of the repository was asked for. */
  private Map<String, Long> blobsAskedFor(String repository) {
    return faulty.requests().stream()
        .filter(RegistryRequest::isForBlob)
        .filter(request -> request.method().equals("GET"))
        .map(RegistryRequest::path)
        .filter(path -> path.contains(repository))
        .collect(Collectors.groupingBy(path -> path, Collectors.counting()));
  }

  /** The revisions of the plans that the agent has taken, one after another. */
  private List<String> adoptedPlans() {
    return ADOPTED
        .matcher(agent.log())
        .results()
        .map((MatchResult match) -> match.group(1))
        .toList();
  }

  private void eventually(String what, Callable<Boolean> condition) {
    try {
      await(what)
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(100))
          .ignoreExceptionsInstanceOf(TestbedException.class)
          .until(condition);
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(
          "%s%n%s%n%s"
              .formatted(
                  e.getMessage(),
                  agent == null ? "no agent yet" : agent.log(),
                  controllers.stream().map(ControllerProcess::log).toList()),
          e);
    }
  }
}
