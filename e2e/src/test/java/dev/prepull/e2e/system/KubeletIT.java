package dev.prepull.e2e.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.KubeletNode;
import dev.prepull.e2e.testbed.KubernetesCluster;
import dev.prepull.e2e.testbed.Machine;
import dev.prepull.e2e.testbed.RegistryRequest;
import dev.prepull.e2e.testbed.TestImage;
import dev.prepull.e2e.testbed.TestbedException;
import dev.prepull.e2e.testbed.Workspace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * PrePull as an operator deploys it: our images and manifests on a Kubernetes whose kubelets run
 * Pods. One cluster lives through all of it, step by step.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KubeletIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NAMESPACE = "prepull-system";
  private static final String AGENTS = "app.kubernetes.io/component=agent";
  private static final String STARTUP_TAINT = "prepull.dev/not-ready";
  private static final int MEBIBYTE = 1 << 20;
  private static final String FREE_MEBIBYTES =
      "df --output=avail --block-size=1M /var/lib/containerd | tail -n 1";
  private static final String FILLER = "/var/lib/containerd/filler";

  private final Workspace workspace = Workspace.temporary();
  private final KubernetesCluster cluster = KubernetesCluster.start(workspace);
  private KubeletNode first;
  private KubeletNode second;
  private String web;
  private String pinned;
  private boolean failed;

  /** Each step stands on those before it. */
  @RegisterExtension
  final AfterTestExecutionCallback explanation =
      context -> {
        if (context.getExecutionException().isPresent() && !failed) {
          failed = true;
          System.err.println(cluster.report());
        }
      };

  @BeforeAll
  void start() {
    first = cluster.join("first", ContainerdNode.Version.V2, "");
    second = cluster.join("second", ContainerdNode.Version.V1_7, "");
    web = push("shop/web", 1);
    pinned = push("ml/model", 1);
  }

  @BeforeEach
  void stopAfterAFailure() {
    assumeThat(failed).as("a step before this one has failed").isFalse();
  }

  @AfterAll
  void stop() {
    workspace.close();
  }

  @Test
  @Order(1)
  void theOverlayRunsOnEveryNodeAsTheGuideSays() throws Exception {
    List<String> images = BuiltImages.pushTo(cluster.registry());

    cluster.applyKustomization(kustomization(images));

    var _ = kubectl("rollout", "status", "deployment/prepull-controller", "--timeout=300s");
    var _ = kubectl("rollout", "status", "daemonset/prepull-agent", "--timeout=300s");
    assertThat(readyAgents()).isEqualTo(2);
    assertThat(restarts()).containsOnly("0");
  }

  /** What docs/guides/install.md has an operator write. */
  private Path kustomization(List<String> images) throws IOException {
    Path directory = workspace.directory("deploy").toRealPath();
    Path manifests = directory.relativize(Machine.sources().resolve("manifests").toRealPath());
    StringBuilder content =
        new StringBuilder(
            """
            resources: [%1$s/overlays/containerd]
            components: [%1$s/components/webhook, %1$s/components/startup-taint]
            images:
            """
                .formatted(manifests));
    for (String image : images) {
      String repository = image.substring(0, image.lastIndexOf(':'));
      content.append(
          "- {name: %s, newName: %s, newTag: %s}%n"
              .formatted(
                  repository.substring(repository.lastIndexOf('/') + 1),
                  repository,
                  image.substring(image.lastIndexOf(':') + 1)));
    }
    var _ = workspace.file("deploy/kustomization.yaml", content.toString());
    return directory;
  }

  @Test
  @Order(2)
  void anEditOfAListBringsItsImagesToEveryNode() {
    applyLists();

    eventually("the first node holds both", () -> holdsAll(first));
    eventually("the second node holds both", () -> holdsAll(second));
    eventually("the status tells it", () -> isIdenticalOn(2, web) && isIdenticalOn(2, pinned));
    eventually("both agents are ready", () -> readyAgents() == 2);
    assertThat(first.containerd().held().get(web)).isEqualTo(second.containerd().held().get(web));
  }

  @Test
  @Order(3)
  void aPodOfAPrePulledImageStartsWithoutAPull() {
    cluster.mirror().forgetRequests();

    runPod("web-1", web, first);
    runPod("web-2", web, second);

    for (String pod : List.of("web-1", "web-2")) {
      eventually(pod + " has begun", () -> events(pod).contains("Started"));
      assertThat(events(pod)).contains("already present on machine").doesNotContain("Pulling");
    }
    assertThat(cluster.mirror().requests()).extracting(RegistryRequest::path).isEmpty();
  }

  @Test
  @Order(4)
  void aNodeThatJoinsHoldsTheImagesBeforeItTakesWork() {
    KubeletNode third =
        cluster.join(
            "third",
            ContainerdNode.Version.V2,
            "{key: %s, effect: NoSchedule}".formatted(STARTUP_TAINT));

    eventually("its taint is gone", () -> !taints(third).contains(STARTUP_TAINT));
    assertThat(holdsAll(third)).isTrue();
    eventually("its agent is ready", () -> readyAgents() == 3);
    eventually("the status tells it", () -> isIdenticalOn(3, web));
    runPod("web-3", web, third);
    assertThat(events("web-3")).contains("already present on machine");
  }

  @Test
  @Order(5)
  void theAgentsTokensOpenNothingAtTheApiServer() {
    String uid = agentOn(first, "{.items[0].metadata.uid}");
    String mounted =
        first.run(
            "cat",
            "/var/lib/kubelet/pods/%s/volumes/kubernetes.io~projected/token/token".formatted(uid));
    String own = kubectl("create", "token", "prepull-agent").strip();

    assertThatThrownBy(() -> list(mounted.strip(), "pods"))
        .hasMessageContaining("must be logged in to the server (Unauthorized)");
    for (String resource : List.of("pods", "configmaps", "secrets", "nodes", "leases", "events")) {
      assertThatThrownBy(() -> list(own, resource))
          .hasMessageContaining("serviceaccount:%s:prepull-agent".formatted(NAMESPACE))
          .hasMessageContaining("cannot list resource \"%s\"".formatted(resource));
    }
  }

  @Test
  @Order(6)
  void aBadListIsRefusedBeforeItIsStored() {
    eventually("the API server asks", () -> refusalOfABadList().contains("denied the request"));

    assertThat(refusalOfABadList())
        .contains("lists.prepull.dev", "key PrePullList, line 2, column 3: \"imgae\"")
        .doesNotContain("created");
  }

  /** What kubectl says to a list with a mistake; nothing is stored in any case. */
  private String refusalOfABadList() {
    try {
      return kubectl(
          "apply",
          "--dry-run=server",
          "-f",
          workspace
              .file(
                  "bad.yaml",
                  """
                  apiVersion: v1
                  kind: ConfigMap
                  metadata:
                    name: bad
                    namespace: %s
                    labels: {prepull.dev/config: PrePullList}
                  data:
                    PrePullList: |
                      images:
                      - imgae: reg.example/app:1
                  """
                      .formatted(NAMESPACE))
              .toString());
    } catch (TestbedException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private void list(String token, String resource) {
    var _ = kubectl("--token=" + token, "get", resource);
  }

  @Test
  @Order(7)
  void whatIsDeletedOnANodeComesBack() {
    String digest = Objects.requireNonNull(second.containerd().held().get(pinned));

    second.containerd().delete(pinned);

    eventually("it is back", () -> digest.equals(second.containerd().held().get(pinned)));
    eventually("the status tells it", () -> isIdenticalOn(3, pinned));
    eventually("its agent is ready", () -> readyAgents() == 3);
  }

  @Test
  @Order(8)
  void aPinnedImageOutlivesTheKubeletsGarbageCollection() {
    String unlisted = push("other/large", 100);
    first.containerd().pullAgain(unlisted);
    assertThat(first.containerd().held()).containsKeys(unlisted, pinned);
    cluster.mirror().forgetRequests();

    first.run("sh", "-c", "fallocate -l $(($(%s) - 160))M %s".formatted(FREE_MEBIBYTES, FILLER));
    eventually("the kubelet collects", () -> !first.containerd().held().containsKey(unlisted));
    first.run("rm", FILLER);

    assertThat(first.containerd().held()).containsKey(pinned);
    assertThat(cluster.mirror().requests())
        .extracting(RegistryRequest::path)
        .noneMatch(path -> path.contains("ml/model"));
    eventually("the disk is no longer full", () -> first.condition("DiskPressure").equals("False"));
    eventually("all agents are ready", () -> readyAgents() == 3);
  }

  @Test
  @Order(9)
  void aNodeThatIsDeletedAndJoinsAgainUnderItsNameIsPlannedAgain() {
    KubeletNode third = cluster.node("third");
    String before = uid(third);
    third.killKubelet();
    cluster.kubectl("delete", "node", third.name());
    eventually("it is meant for two nodes", () -> isIdenticalOn(2, pinned));

    third.resumeKubelet();

    assertThat(uid(third)).isNotEqualTo(before);
    eventually("it is meant for three again", () -> isIdenticalOn(3, pinned));
    third.containerd().delete(pinned);
    eventually("the node is looked after", () -> holdsAll(third));
    eventually("its agent is ready", () -> readyAgents() == 3);
  }

  private String uid(KubeletNode node) {
    return cluster.kubectl("get", "node", node.name(), "-o", "jsonpath={.metadata.uid}");
  }

  private String push(String repository, int mebibytes) {
    var _ =
        cluster
            .registry()
            .push(
                repository, "1", TestImage.random(repository.hashCode(), 1, mebibytes * MEBIBYTE));
    return "%s/%s:1".formatted(cluster.registry().host(), repository);
  }

  private void applyLists() {
    cluster.apply(
        """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: shop
          namespace: %s
          labels: {prepull.dev/config: PrePullList}
        data:
          images: %s
          PrePullList: |
            images:
            - {image: "%s", pin: true}
        """
            .formatted(NAMESPACE, web, pinned));
  }

  private void runPod(String name, String image, KubeletNode node) {
    cluster.apply(
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s, namespace: default}
        spec:
          nodeSelector: {kubernetes.io/hostname: %s}
          terminationGracePeriodSeconds: 0
          containers:
          - {name: main, image: "%s", imagePullPolicy: IfNotPresent}
        """
            .formatted(name, node.name(), image));
    var _ =
        cluster.kubectl(
            "wait", "--for=jsonpath={.status.phase}=Running", "pod/" + name, "--timeout=60s");
  }

  private String events(String pod) {
    return cluster.kubectl(
        "get",
        "events",
        "--field-selector",
        "involvedObject.name=" + pod,
        "-o",
        "jsonpath={range .items[*]}{.reason} {.message}{\"\\n\"}{end}");
  }

  private boolean holdsAll(KubeletNode node) {
    return node.containerd().held().keySet().containsAll(List.of(web, pinned));
  }

  private boolean isIdenticalOn(int nodes, String image) throws IOException {
    JsonNode status =
        JSON.readTree(
            kubectl("get", "configmap", "prepull-status", "-o", "jsonpath={.data.status\\.json}"));
    for (JsonNode entry : status.get("images")) {
      if (entry.get("image").asText().equals(image)) {
        return entry.get("identical").asBoolean()
            && entry.at("/nodes/desired").asInt() == nodes
            && entry.at("/nodes/present").asInt() == nodes;
      }
    }
    return false;
  }

  private int readyAgents() {
    return Integer.parseInt(
        kubectl("get", "daemonset", "prepull-agent", "-o", "jsonpath={.status.numberReady}"));
  }

  private List<String> restarts() {
    String counts = "jsonpath={.items[*].status.containerStatuses[*].restartCount}";
    return List.of(kubectl("get", "pods", "-o", counts).split(" "));
  }

  private String taints(KubeletNode node) {
    return cluster.kubectl("get", "node", node.name(), "-o", "jsonpath={.spec.taints}");
  }

  private String agentOn(KubeletNode node, String path) {
    return kubectl(
        "get",
        "pods",
        "-l",
        AGENTS,
        "--field-selector",
        "spec.nodeName=" + node.name(),
        "-o",
        "jsonpath=" + path);
  }

  /** In the namespace of PrePull. */
  private String kubectl(String... arguments) {
    String[] all = new String[arguments.length + 2];
    all[0] = "-n";
    all[1] = NAMESPACE;
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    return cluster.kubectl(all);
  }

  private static void eventually(String what, Callable<Boolean> condition) {
    await(what)
        .atMost(Duration.ofSeconds(120))
        .pollInterval(Duration.ofMillis(250))
        .ignoreExceptionsInstanceOf(TestbedException.class)
        .until(condition);
  }
}
