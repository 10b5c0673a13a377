package dev.prepull.e2e.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.prepull.e2e.testbed.Commands;
import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.Daemon;
import dev.prepull.e2e.testbed.HttpApi;
import dev.prepull.e2e.testbed.LinkSecrets;
import dev.prepull.e2e.testbed.Ports;
import dev.prepull.e2e.testbed.Registry;
import dev.prepull.e2e.testbed.TestImage;
import dev.prepull.e2e.testbed.Workspace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The images as {@code hack/images.sh} makes them: pushed to a real registry, pulled by a real
 * containerd and run there without capabilities and with a root filesystem that nothing can write
 * to.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImagesIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NOBODY = "65532:65532";

  private final Workspace workspace = Workspace.temporary();
  private final Registry registry = Registry.start(workspace, "registry", Ports.free());
  private final ContainerdNode node =
      ContainerdNode.start(workspace, "node", ContainerdNode.Version.V1_7);
  private final LinkSecrets secrets = LinkSecrets.make(workspace, "link");
  private final HttpApi controller = new HttpApi(Ports.free());
  private final HttpApi agent = new HttpApi(Ports.free());
  private final int linkPort = Ports.free();
  private String agentImage;
  private String controllerImage;

  @BeforeAll
  void push() throws InterruptedException {
    node.mapRegistry(registry.host(), registry.url());
    List<String> pushed = BuiltImages.pushTo(registry);
    agentImage = pushed.getFirst();
    controllerImage = pushed.getLast();
    node.pull(agentImage);
    node.pull(controllerImage);
  }

  @AfterAll
  void stop() {
    workspace.close();
  }

  @Test
  void theAgentPullsForItsNodeFromAContainerThatCanWriteNothingButItsState() throws IOException {
    String reference = registry.host() + "/shop/web:1";
    String digest = registry.push("shop/web", "1", TestImage.random(1, 2, 4096));

    try (Daemon runningController = startController(reference);
        Daemon runningAgent = startAgent()) {
      runningController.awaitReady(() -> controller.isOk("/readyz"));
      runningAgent.awaitReady(() -> agent.isOk("/readyz"));

      assertThat(node.held()).containsEntry(reference, digest);
      assertThat(controller.json("/api/v1/nodes/node").get("attached").asBoolean()).isTrue();
      assertThat(runningAgent.log()).doesNotContain("[warning]").contains("Starting");
    }
  }

  private Daemon startController(String reference) throws IOException {
    workspace.file(
        "controller/lists.yaml",
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: images, labels: {prepull.dev/config: PrePullList}}
        data: {images: "%s"}
        """
            .formatted(reference));
    for (Path secret : List.of(secrets.certificate(), secrets.key(), secrets.token())) {
      var _ =
          Commands.run(
              List.of("cp", secret.toString(), workspace.directory("controller").toString()));
    }
    String directory = workspace.directory("controller").toString();
    var _ = Commands.run(List.of("chown", "-R", NOBODY, directory));
    return node.runContainer(
        "controller",
        controllerImage,
        Map.of(directory, "/etc/prepull"),
        command(
            controllerImage,
            "--lists-from=/etc/prepull/lists.yaml",
            "--tls-cert=/etc/prepull/tls.crt",
            "--tls-key=/etc/prepull/tls.key",
            "--shared-token-file=/etc/prepull/token",
            "--link-listen=127.0.0.1:" + linkPort,
            "--http-listen=127.0.0.1:" + controller.url().getPort()));
  }

  /** Its JVM shall end when it cannot use the AOT cache. */
  private Daemon startAgent() throws IOException {
    Map<String, String> mounts = new LinkedHashMap<>();
    mounts.put(String.valueOf(node.socket().getParent()), "/run/containerd");
    mounts.put(workspace.directory("agent-state") + ":rw", "/var/lib/prepull");
    mounts.put(workspace.directory("node/root/prepull").toString(), "/image-fs");
    mounts.put(String.valueOf(secrets.token().getParent()), "/etc/prepull");
    List<String> command =
        command(
            agentImage,
            "--node-name=node",
            "--controller=127.0.0.1:" + linkPort,
            "--ca-file=/etc/prepull/tls.crt",
            "--token-file=/etc/prepull/token",
            "--image-fs=/image-fs",
            "--disk-threshold=99",
            "--runtime-endpoint=unix:///run/containerd/" + node.socket().getFileName(),
            "--http-listen=127.0.0.1:" + agent.url().getPort());
    command.add(1, "-XX:AOTMode=on");
    return node.runContainer("agent", agentImage, mounts, command);
  }

  @Test
  void anImageSaysWhatItIsAndWhoRunsIt() throws IOException {
    JsonNode config = config(controllerImage);
    JsonNode labels = config.at("/config/Labels");

    assertThat(config.at("/config/User").asText()).isEqualTo(NOBODY);
    assertThat(labels.get("org.opencontainers.image.title").asText())
        .isEqualTo("prepull-controller");
    assertThat(labels.get("org.opencontainers.image.version").asText()).isEqualTo(BuiltImages.TAG);
    assertThat(labels.get("org.opencontainers.image.licenses").asText()).isEqualTo("Apache-2.0");
    assertThat(labels.get("org.opencontainers.image.revision").asText())
        .matches("[0-9a-f]{40}(-dirty)?");
  }

  /** What ctr is to run; unlike a kubelet it puts arguments in the place of the entrypoint. */
  private static List<String> command(String image, String... flags) throws IOException {
    List<String> command = new ArrayList<>();
    config(image).at("/config/Entrypoint").forEach(word -> command.add(word.asText()));
    command.addAll(List.of(flags));
    return command;
  }

  private static JsonNode config(String image) throws IOException {
    return JSON.readTree(
        Commands.run(
            List.of("skopeo", "inspect", "--config", "--tls-verify=false", "docker://" + image)));
  }
}
