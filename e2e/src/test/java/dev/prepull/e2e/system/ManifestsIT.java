package dev.prepull.e2e.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prepull.agent.config.AgentConfig;
import dev.prepull.agent.config.AgentFlags;
import dev.prepull.controller.config.ControllerConfig;
import dev.prepull.controller.config.ControllerFlags;
import dev.prepull.e2e.testbed.ControlPlane;
import dev.prepull.e2e.testbed.Machine;
import dev.prepull.e2e.testbed.TestbedException;
import dev.prepull.e2e.testbed.Workspace;
import dev.prepull.program.Flags;
import dev.prepull.program.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The manifests, by a real kube-apiserver's word and the programs' own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManifestsIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NAMESPACE = "prepull-system";
  private static final Path MANIFESTS = Machine.sources().resolve("manifests");

  /** What others bring to a cluster; what is in them is not looked at here. */
  private static final List<List<String>> OTHERS =
      List.of(
          List.of("monitoring.coreos.com", "ServiceMonitor", "servicemonitors", "Namespaced"),
          List.of("monitoring.coreos.com", "PodMonitor", "podmonitors", "Namespaced"),
          List.of("cert-manager.io", "Issuer", "issuers", "Namespaced"),
          List.of("cert-manager.io", "Certificate", "certificates", "Namespaced"),
          List.of(
              "security.openshift.io",
              "SecurityContextConstraints",
              "securitycontextconstraints",
              "Cluster"));

  private final Workspace workspace = Workspace.temporary();
  private final ControlPlane cluster = ControlPlane.start(workspace);

  @BeforeAll
  void start() {
    for (List<String> kind : OTHERS) {
      cluster.apply(
          workspace,
          """
          apiVersion: apiextensions.k8s.io/v1
          kind: CustomResourceDefinition
          metadata: {name: %3$s.%1$s}
          spec:
            group: %1$s
            names: {kind: %2$s, plural: %3$s}
            scope: %4$s
            versions:
            - name: v1
              served: true
              storage: true
              schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
          """
              .formatted(kind.toArray()));
      var _ =
          cluster.kubectl(
              "wait",
              "--for=condition=Established",
              "crd/%s.%s".formatted(kind.get(2), kind.getFirst()));
    }
    var _ = cluster.kubectl("apply", "-f", MANIFESTS.resolve("base/namespace.yaml").toString());
    var _ = apply(MANIFESTS.resolve("overlays/containerd"));
  }

  @AfterAll
  void stop() {
    workspace.close();
  }

  static Stream<Path> overlays() throws IOException {
    return directories("overlays");
  }

  static Stream<Path> components() throws IOException {
    return directories("components")
        .filter(directory -> read(directory.resolve("kustomization.yaml")).contains("Component\n"));
  }

  private static Stream<Path> directories(String kind) throws IOException {
    try (Stream<Path> directories = Files.list(MANIFESTS.resolve(kind))) {
      return directories.sorted().toList().stream();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new TestbedException(file + " cannot be read", e);
    }
  }

  @ParameterizedTest
  @MethodSource("overlays")
  void theApiServerAndTheProgramsUnderstandAnOverlay(Path overlay) throws Exception {
    JsonNode objects = apply(overlay, "--dry-run=server");

    checkFlags(objects);
    assertThat(volumes(objects)).contains("runtime", "image-fs");
  }

  @ParameterizedTest
  @MethodSource("components")
  void theApiServerAndTheProgramsUnderstandAComponent(Path component) throws Exception {
    Path name = Objects.requireNonNull(component.getFileName());
    Path directory = workspace.directory("with-" + name).toRealPath();
    var _ =
        workspace.file(
            "with-%s/kustomization.yaml".formatted(name),
            "resources: [%s]%ncomponents: [%s]%n"
                .formatted(
                    directory.relativize(MANIFESTS.resolve("overlays/containerd").toRealPath()),
                    directory.relativize(component.toRealPath())));

    JsonNode objects = apply(directory, "--dry-run=server");

    checkFlags(objects);
  }

  @Test
  void theExamplesAreTaken() {
    assertThat(
            cluster.kubectl(
                "apply",
                "--validate=strict",
                "--dry-run=server",
                "-n",
                NAMESPACE,
                "-f",
                MANIFESTS.resolve("examples").toString()))
        .contains("configmap/");
  }

  private JsonNode apply(Path directory, String... flags) {
    List<String> arguments =
        Stream.concat(
                Stream.of(
                    "apply",
                    "--server-side",
                    "--validate=strict",
                    "--output=json",
                    "-k",
                    directory.toString()),
                Stream.of(flags))
            .toList();
    return json(cluster.kubectl(arguments.toArray(String[]::new)));
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text.substring(text.indexOf('{')));
    } catch (IOException e) {
      throw new TestbedException("no JSON: " + text, e);
    }
  }

  private static void checkFlags(JsonNode objects) throws UsageException {
    JsonNode agent = container(objects, "DaemonSet");
    JsonNode controller = container(objects, "Deployment");

    AgentConfig agentConfig =
        AgentConfig.from(Flags.parse(AgentFlags.ALL, arguments(agent), environment(agent)));
    ControllerConfig controllerConfig =
        ControllerConfig.from(
            Flags.parse(ControllerFlags.ALL, arguments(controller), environment(controller)));

    assertThat(controllerConfig.link().names()).contains(agentConfig.controller().host());
    assertThat(agentConfig.runtimeSocket()).isNotNull();
  }

  private static JsonNode podSpec(JsonNode objects, String kind) {
    for (JsonNode object : objects.get("items")) {
      if (object.get("kind").asText().equals(kind)) {
        return object.at("/spec/template/spec");
      }
    }
    throw new TestbedException("there is no " + kind);
  }

  private static JsonNode container(JsonNode objects, String kind) {
    return podSpec(objects, kind).at("/containers/0");
  }

  private static Set<String> volumes(JsonNode objects) {
    Set<String> names = new LinkedHashSet<>();
    podSpec(objects, "DaemonSet").get("volumes").forEach(v -> names.add(v.get("name").asText()));
    return names;
  }

  /** As the kubelet would fill them in. */
  private static String[] arguments(JsonNode container) {
    return Stream.iterate(0, i -> i < container.get("args").size(), i -> i + 1)
        .map(i -> container.get("args").get(i).asText())
        .map(argument ->
            argument
                .replace("$(NAMESPACE)", NAMESPACE)
                .replace("$(NODE_NAME)", "edge-1")
                // Has to be there.
                .replace("--image-fs=/image-fs", "--image-fs=/"))
        .toArray(String[]::new);
  }

  private static Map<String, String> environment(JsonNode container) {
    Map<String, String> environment = new HashMap<>();
    container
        .get("env")
        .forEach(variable ->
            environment.put(variable.get("name").asText(), variable.path("value").asText()));
    return environment;
  }

  @Test
  void theControllerIsWithinPodSecurityRestricted() {
    cluster.apply(
        workspace,
        """
        apiVersion: v1
        kind: Namespace
        metadata: {name: strict, labels: {pod-security.kubernetes.io/enforce: restricted}}
        """);

    assertThat(createPod("deployment/prepull-controller")).contains("created");
  }

  @Test
  void theAgentIsWithinPodSecurityRestrictedButForItsMountsAndItsUser() {
    cluster.apply(
        workspace,
        """
        apiVersion: v1
        kind: Namespace
        metadata: {name: strict, labels: {pod-security.kubernetes.io/enforce: restricted}}
        """);

    assertThatThrownBy(() -> createPod("daemonset/prepull-agent"))
        .isInstanceOf(TestbedException.class)
        .hasMessageEndingWith(
            "violates PodSecurity \"restricted:latest\": restricted volume types (volumes"
                + " \"runtime\", \"image-fs\", \"state\" use restricted volume type \"hostPath\"),"
                + " runAsNonRoot != true (pod or container \"agent\" must set"
                + " securityContext.runAsNonRoot=true), runAsUser=0 (pod must not set"
                + " runAsUser=0)");
  }

  /** Tries a Pod of that workload where only what is restricted may be created. */
  private String createPod(String workload) {
    ObjectNode pod = JSON.createObjectNode();
    pod.put("apiVersion", "v1").put("kind", "Pod");
    pod.putObject("metadata").put("name", "pod").put("namespace", "strict");
    ObjectNode spec =
        (ObjectNode)
            json(cluster.kubectl("get", workload, "-n", NAMESPACE, "-o", "json"))
                .at("/spec/template/spec");
    pod.set("spec", spec.put("serviceAccountName", "default").put("serviceAccount", "default"));
    return cluster.kubectl(
        "create", "--dry-run=server", "-f", workspace.file("pod.json", pod.toString()).toString());
  }

  @Test
  void theControllerMayDoWhatIsDocumentedAndTheAgentNothing() {
    assertThat(rights(NAMESPACE, "prepull-controller")).isEqualTo(documented("install.md"));
    assertThat(rights(NAMESPACE, "prepull-agent")).isEmpty();
  }

  @Test
  void theComponentsForNodesAddWhatIsDocumentedAndNothingElse() {
    List<String> files =
        Stream.of("node-label", "node-condition", "startup-taint")
            .map(name -> MANIFESTS.resolve("components/%s/rbac.yaml".formatted(name)).toString())
            .toList();
    Set<String> before = rights(NAMESPACE, "prepull-controller");
    try {
      files.forEach(file -> {
        var _ = cluster.kubectl("apply", "-f", file);
      });

      Set<String> added = rights(NAMESPACE, "prepull-controller");
      added.removeAll(before);
      added.addAll(rights("default", "prepull-controller"));
      added.removeAll(clusterWide(before));
      assertThat(added).isEqualTo(documented("node-signals.md"));
    } finally {
      files.forEach(file -> {
        var _ = cluster.kubectl("delete", "-f", file);
      });
    }
  }

  /** Those that are shown in each namespace. */
  private static Set<String> clusterWide(Set<String> rights) {
    return rights.stream()
        .filter(right -> right.startsWith("tokenreviews"))
        .collect(Collectors.toSet());
  }

  /** What the account may do there that any other may not. */
  private Set<String> rights(String namespace, String serviceAccount) {
    Set<String> rights = list(namespace, serviceAccount);
    rights.removeAll(list(namespace, "default"));
    return rights;
  }

  private Set<String> list(String namespace, String serviceAccount) {
    return cluster
        .kubectl(
            "auth",
            "can-i",
            "--list",
            "--no-headers",
            "-n",
            namespace,
            "--as=system:serviceaccount:%s:%s".formatted(NAMESPACE, serviceAccount))
        .lines()
        .map(ManifestsIT::columns)
        .collect(Collectors.toSet());
  }

  /** The verbs sorted: their order depends on which rule the API server comes upon first. */
  private static String columns(String line) {
    String columns = line.strip().replaceAll("\\s{2,}", "  ");
    int verbs = columns.lastIndexOf('[') + 1;
    return columns.substring(0, verbs)
        + Stream.of(columns.substring(verbs, columns.length() - 1).split(" ", -1))
            .sorted()
            .collect(Collectors.joining(" "));
  }

  /** The block of that guide that begins with the table's head. */
  private static Set<String> documented(String guide) {
    return read(Machine.sources().resolve("docs/guides").resolve(guide))
        .lines()
        .dropWhile(line -> !line.startsWith("Resources "))
        .skip(1)
        .takeWhile(line -> !line.equals("```"))
        .map(ManifestsIT::columns)
        .collect(Collectors.toSet());
  }
}
