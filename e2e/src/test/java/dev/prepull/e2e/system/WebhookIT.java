package dev.prepull.e2e.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.prepull.e2e.testbed.ControlPlane;
import dev.prepull.e2e.testbed.ControllerProcess;
import dev.prepull.e2e.testbed.Machine;
import dev.prepull.e2e.testbed.Ports;
import dev.prepull.e2e.testbed.TestbedException;
import dev.prepull.e2e.testbed.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The component webhook on a real kube-apiserver, with two controllers that have its rights and no
 * others. There is no Pod network for a Service, so the API server is told their addresses by URL;
 * the certificate has 127.0.0.1 for that (--tls-names). All else is as the component has it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebhookIT {

  private static final String NAMESPACE = "prepull-system";
  private static final String GOOD = "images: [\"nginx:1.27.3\"]";
  private static final String BAD = "images:\\n- image: nginx:1.27.3\\n  pins: true";
  private static final String PROBLEM =
      "key PrePullList, line 3, column 3: \"pins\": is no field here; did you mean pin?";
  private static final Pattern REVIEWS =
      Pattern.compile("prepull_controller_webhook_reviews_total\\{.*?} ([0-9]+)");

  /** Each controller looks every 30 s whether there is another certificate, and other tests run. */
  private static final Duration PATIENCE = Duration.ofSeconds(150);

  private final Workspace workspace = Workspace.temporary();
  private final ControlPlane cluster = ControlPlane.start(workspace);

  /** With their webhooks' ports. */
  private final Map<ControllerProcess, Integer> controllers = new LinkedHashMap<>();

  private Path manifests;

  @BeforeAll
  void start() throws IOException {
    manifests = kustomization(Ports.free());
    apply();
    cluster.apply(workspace, "{apiVersion: v1, kind: Namespace, metadata: {name: elsewhere}}");
    Path kubeconfig = kubeconfigOfController();
    for (String name : new String[] {"controller-a", "controller-b"}) {
      int port = Ports.free();
      controllers.put(
          ControllerProcess.withWebhook(workspace, name, kubeconfig, NAMESPACE, port), port);
    }
  }

  @BeforeEach
  void letTheLeaderBeAsked() {
    controllers.keySet().stream()
        .filter(controller -> !controller.isAlive())
        .forEach(ControllerProcess::resume);
    eventually("a controller leads", () -> leads(controllers.keySet()));
    ask(leader());
    eventually("it is asked", this::isRefused);
  }

  @AfterAll
  void stop() {
    workspace.close();
  }

  @Test
  void aBadListIsRefusedWithLineAndColumn() {
    assertThatThrownBy(() -> list("bad", BAD))
        .isInstanceOf(TestbedException.class)
        .hasMessageContaining("The request is invalid: error when creating ")
        .hasMessageEndingWith(
            "admission webhook \"lists.prepull.dev\" denied the request: ConfigMap bad, "
                + PROBLEM);

    assertThat(kubectl("get", "configmaps", "-o", "name")).doesNotContain("configmap/bad");
  }

  @Test
  void aGoodListIsTakenAndABadEditOfItIsNot() {
    assertThat(list("good", GOOD)).contains("configmap/good created").doesNotContain("Warning");

    assertThatThrownBy(() -> list("good", BAD)).hasMessageContaining("ConfigMap good, " + PROBLEM);

    assertThat(kubectl("get", "configmap", "good", "-o", "jsonpath={.data.PrePullList}"))
        .isEqualTo("images: [\"nginx:1.27.3\"]");
    assertThat(list("good", "images: []"))
        .contains("configmap/good configured")
        .contains("Warning: ConfigMap good: names no image; those that it had leave the plans");
    assertThat(kubectl("delete", "configmap", "good")).contains("deleted");
  }

  @Test
  void nobodyIsAskedAboutOtherConfigMaps() {
    int before = reviews();

    cluster.apply(workspace, configMap("unlabelled", NAMESPACE, "{}", BAD));
    cluster.apply(
        workspace, configMap("bad", "elsewhere", "{prepull.dev/config: PrePullList}", BAD));

    assertThat(reviews()).isEqualTo(before);
    assertThat(kubectl("delete", "configmap", "unlabelled")).contains("deleted");
  }

  @Test
  void aStandbyAnswersAsWell() {
    ControllerProcess standby =
        controllers.keySet().stream().filter(c -> c != leader()).findFirst().orElseThrow();
    assertThat(standby.http().text("/metrics")).contains("prepull_controller_leader 0.0");
    int before = reviews(standby);

    ask(standby);

    eventually("it is asked", () -> isRefused() && reviews(standby) > before);
  }

  @Test
  void aBundleThatSomebodyTakesAwayIsPutBack() {
    String bundle = bundle();

    var _ =
        kubectl(
            "patch",
            "validatingwebhookconfiguration",
            "prepull",
            "--type=json",
            "--patch=[{\"op\":\"remove\",\"path\":\"/webhooks/0/clientConfig/caBundle\"}]");

    eventually("it is there again", () -> bundle().equals(bundle));
  }

  @Test
  void applyingTheComponentAgainLeavesTheBundleAsItIs() {
    String bundle = bundle();

    apply();

    assertThat(bundle).isNotEmpty().isEqualTo(bundle());
  }

  @Test
  void anotherAuthorityIsTrusted() {
    String bundle = bundle();

    var _ = kubectl("patch", "secret", "prepull-tls", "--type=merge", "--patch={\"data\":null}");

    eventually("another one is trusted", () -> !bundle().equals(bundle));
    for (ControllerProcess controller : controllers.keySet()) {
      ask(controller);
      int before = reviews(controller);
      eventually("it shows its certificate", () -> isRefused() && reviews(controller) > before);
    }
  }

  @Test
  void withoutAControllerAllIsStoredAndABadListThatWasCanStillBeLabelled() {
    controllers.keySet().forEach(controller -> assertThat(controller.terminate()).isZero());

    assertThat(list("unseen", BAD)).contains("configmap/unseen created");

    letTheLeaderBeAsked();
    eventually("it is rejected", () -> leader().status().toString().contains("ConfigMap unseen, "));
    assertThat(kubectl("label", "configmap", "unseen", "team=a"))
        .contains("Warning: ConfigMap unseen, " + PROBLEM)
        .contains("configmap/unseen labeled");
    assertThat(kubectl("delete", "configmap", "unseen")).contains("deleted");
  }

  @Test
  void theControllerMayTouchNoOtherConfiguration() {
    assertThat(mayDo("patch", "validatingwebhookconfigurations/prepull")).isTrue();
    assertThat(mayDo("patch", "validatingwebhookconfigurations/other")).isFalse();
    assertThat(mayDo("update", "validatingwebhookconfigurations/prepull")).isFalse();
    assertThat(mayDo("list", "validatingwebhookconfigurations")).isFalse();
  }

  // --- the cluster ---

  /** An overlay with the component, and the API server told that port instead of the Service. */
  private Path kustomization(int port) throws IOException {
    Path directory = workspace.directory("with-webhook").toRealPath();
    Path sources = Machine.sources().resolve("manifests").toRealPath();
    var _ =
        workspace.file(
            "with-webhook/kustomization.yaml",
            """
            resources: [%s]
            components: [%s]
            patches:
            - target: {kind: ValidatingWebhookConfiguration}
              patch: |
                - {op: remove, path: /webhooks/0/clientConfig/service}
                - {op: add, path: /webhooks/0/clientConfig/url, value: "%s"}
            """
                .formatted(
                    directory.relativize(sources.resolve("overlays/containerd")),
                    directory.relativize(sources.resolve("components/webhook")),
                    url(port)));
    return directory;
  }

  private static String url(int port) {
    return "https://127.0.0.1:%d/validate".formatted(port);
  }

  private void apply() {
    var _ = cluster.kubectl("apply", "-k", manifests.toString());
  }

  /** Has the API server ask that one. */
  private void ask(ControllerProcess controller) {
    var _ =
        kubectl(
            "patch",
            "validatingwebhookconfiguration",
            "prepull",
            "--type=json",
            "--patch=[{\"op\":\"replace\",\"path\":\"/webhooks/0/clientConfig/url\",\"value\":\"%s\"}]"
                .formatted(url(Objects.requireNonNull(controllers.get(controller)))));
  }

  private String bundle() {
    return kubectl(
        "get",
        "validatingwebhookconfiguration",
        "prepull",
        "-o",
        "jsonpath={.webhooks[0].clientConfig.caBundle}");
  }

  private Path kubeconfigOfController() throws IOException {
    String token = kubectl("create", "token", "prepull-controller").strip();
    return workspace.file(
        "controller-kubeconfig",
        Files.readString(cluster.kubeconfig()).replaceAll("token: [0-9a-f]+", "token: " + token));
  }

  private String kubectl(String... arguments) {
    String[] all = new String[arguments.length + 2];
    all[0] = "-n";
    all[1] = NAMESPACE;
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    return cluster.kubectl(all);
  }

  private String list(String name, String text) {
    return kubectl(
        "apply",
        "-f",
        workspace
            .file(
                "list.yaml", configMap(name, NAMESPACE, "{prepull.dev/config: PrePullList}", text))
            .toString());
  }

  private static String configMap(String name, String namespace, String labels, String text) {
    return """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: %s, namespace: %s, labels: %s}
    data:
      PrePullList: "%s"
    """
        .formatted(name, namespace, labels, text.replace("\"", "\\\""));
  }

  private boolean mayDo(String verb, String resource) {
    try {
      return kubectl(
              "auth",
              "can-i",
              verb,
              resource,
              "--as=system:serviceaccount:%s:prepull-controller".formatted(NAMESPACE))
          .endsWith("yes\n");
    } catch (TestbedException e) {
      // kubectl ends with 1 when the answer is no.
      assertThat(e).hasMessageContaining("no");
      return false;
    }
  }

  // --- what is seen ---

  private static boolean leads(Iterable<ControllerProcess> controllers) {
    for (ControllerProcess controller : controllers) {
      if (isLeader(controller)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isLeader(ControllerProcess controller) {
    return controller.http().text("/metrics").contains("prepull_controller_leader 1.0");
  }

  private ControllerProcess leader() {
    return controllers.keySet().stream().filter(WebhookIT::isLeader).findFirst().orElseThrow();
  }

  /** Whether a bad list would be refused now. */
  private boolean isRefused() {
    try {
      var _ =
          kubectl(
              "create",
              "--dry-run=server",
              "-f",
              workspace
                  .file(
                      "asked.yaml",
                      configMap("asked", NAMESPACE, "{prepull.dev/config: PrePullList}", BAD))
                  .toString());
      return false;
    } catch (TestbedException e) {
      assertThat(e).hasMessageContaining("lists.prepull.dev");
      return true;
    }
  }

  private int reviews() {
    return controllers.keySet().stream().mapToInt(WebhookIT::reviews).sum();
  }

  private static int reviews(ControllerProcess controller) {
    return REVIEWS
        .matcher(controller.http().text("/metrics"))
        .results()
        .mapToInt(match -> Integer.parseInt(match.group(1)))
        .sum();
  }

  private void eventually(String what, Callable<Boolean> condition) {
    try {
      await(what)
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(200))
          .ignoreExceptionsInstanceOf(TestbedException.class)
          .until(condition);
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(
          "%s%n%s"
              .formatted(
                  e.getMessage(),
                  controllers.keySet().stream().map(ControllerProcess::log).toList()),
          e);
    }
  }
}
