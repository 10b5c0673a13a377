package dev.prepull.e2e.local;

import dev.prepull.e2e.testbed.AgentProcess;
import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.ControlPlane;
import dev.prepull.e2e.testbed.ControllerProcess;
import dev.prepull.e2e.testbed.DockerNode;
import dev.prepull.e2e.testbed.LinkSecrets;
import dev.prepull.e2e.testbed.Ports;
import dev.prepull.e2e.testbed.Registry;
import dev.prepull.e2e.testbed.RuntimeNode;
import dev.prepull.e2e.testbed.TestbedException;
import dev.prepull.e2e.testbed.Workspace;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The parts of the local run. What registry and runtimes hold and what is locked is kept between
 * runs, in {@code state}; sockets, logs and the control plane are new each time, in {@code run}.
 */
final class LocalParts {

  static final String NAMESPACE = "prepull-system";
  static final int NODES = 4;

  /** Named in manifests/examples/prepull-list.yaml. */
  private static final int REGISTRY_PORT = 5005;

  private static final int HTTP_PORT = 8080;

  private final Workspace state;
  private final Workspace run;
  private final Path lists;
  private final PrintStream out;
  private final Registry registry;
  private final Map<String, RuntimeNode> nodes = new LinkedHashMap<>();
  private final ControllerProcess controller;
  private @Nullable ControlPlane controlPlane;

  private LocalParts(Workspace state, Workspace run, Path lists, boolean cluster, PrintStream out) {
    this.state = state;
    this.run = run;
    this.lists = lists;
    this.out = out;
    this.registry = startRegistry();
    startNodes();
    LinkSecrets secrets = LinkSecrets.make(run, "link");
    int httpPort = Ports.isTaken(HTTP_PORT) ? Ports.free() : HTTP_PORT;
    this.controller =
        cluster
            ? startInCluster(secrets, httpPort)
            : ControllerProcess.standalone(
                run, secrets, lists, ControllerProcess.stateFile(state), httpPort);
    out.printf("controller: %s/api/v1/status%n", controller.http().url());
    nodes.forEach((name, runtime) -> {
      AgentProcess agent = AgentProcess.start(run, name, runtime, controller.link(), secrets);
      out.printf("agent %s: %s/api/v1/images%n", name, agent.http().url());
    });
  }

  /** Starts everything; returns once all agents run. */
  static LocalParts start(
      Workspace state, Workspace run, Path lists, boolean cluster, PrintStream out) {
    return new LocalParts(state, run, lists, cluster, out);
  }

  private Registry startRegistry() {
    Registry started = Registry.start(state, "registry", REGISTRY_PORT);
    SampleImages.push(started);
    started.forgetRequests();
    out.printf("registry: %s%n", started.host());
    return started;
  }

  private void startNodes() {
    for (int i = 1; i <= NODES - 1; i++) {
      String name = "containerd-" + i;
      nodes.put(name, ContainerdNode.start(state, run, name, ContainerdNode.Version.V1_6));
    }
    nodes.put("docker-1", DockerNode.start(state, run, "docker-1", DockerNode.Version.V20));
    nodes.forEach((name, node) -> {
      node.mapRegistry(registry.host(), registry.url());
      out.printf("node %s: %s, %d images held%n", name, node.description(), node.held().size());
    });
  }

  private ControllerProcess startInCluster(LinkSecrets secrets, int httpPort) {
    ControlPlane started = ControlPlane.start(run);
    controlPlane = started;
    out.println("control plane: " + started.kubectl("version").strip().replace("\n", ", "));
    started.apply(
        run, "{apiVersion: v1, kind: Namespace, metadata: {name: %s}}".formatted(NAMESPACE));
    nodes.keySet().forEach(name -> started.addNode(run, name));
    started.apply(run, read(lists));
    return ControllerProcess.inCluster(run, secrets, started.kubeconfig(), NAMESPACE, httpPort);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Registry registry() {
    return registry;
  }

  ControllerProcess controller() {
    return controller;
  }

  /** How to change the lists, to be shown to whoever started this. */
  String howToEdit() {
    return Optional.ofNullable(controlPlane)
        .map(plane ->
            "export KUBECONFIG=%s%n  %s -n %s edit configmap prepull-list"
                .formatted(plane.kubeconfig(), plane.kubectlProgram(), NAMESPACE))
        .orElse("edit " + lists);
  }

  /** Whether every node's own runtime holds the same digests, asked without PrePull. */
  void verifyIndependently() {
    Map<String, String> first = Map.of();
    for (Map.Entry<String, RuntimeNode> node : nodes.entrySet()) {
      Map<String, String> held = node.getValue().held();
      if (first.isEmpty()) {
        first = held;
      }
      for (Map.Entry<String, String> image : first.entrySet()) {
        if (!image.getValue().equals(held.get(image.getKey()))) {
          throw new TestbedException(
              "%s is %s on one node but %s on %s"
                  .formatted(
                      image.getKey(), image.getValue(), held.get(image.getKey()), node.getKey()));
        }
      }
    }
  }
}
