package dev.prepull.e2e.system;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prepull.e2e.testbed.AgentProcess;
import dev.prepull.e2e.testbed.ControllerProcess;
import dev.prepull.e2e.testbed.FaultyRegistry;
import dev.prepull.e2e.testbed.LinkSecrets;
import dev.prepull.e2e.testbed.Ports;
import dev.prepull.e2e.testbed.Registry;
import dev.prepull.e2e.testbed.RuntimeNode;
import dev.prepull.e2e.testbed.TestImage;
import dev.prepull.e2e.testbed.TestbedException;
import dev.prepull.e2e.testbed.Workspace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import org.awaitility.core.ConditionTimeoutException;

/** A standalone controller, and nodes with agents that pull from one registry. */
final class Fleet implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int LAYER_BYTES = 256 * 1024;

  private final Workspace workspace = Workspace.temporary();
  private final LinkSecrets secrets = LinkSecrets.make(workspace, "link");
  private final Registry registry;
  private final FaultyRegistry faulty;
  private final Path lists;
  private final ControllerProcess controller;
  private final Map<String, RuntimeNode> nodes = new LinkedHashMap<>();
  private final Map<String, AgentProcess> agents = new LinkedHashMap<>();
  private long seed = System.nanoTime();

  Fleet() {
    registry = Registry.start(workspace, "registry", Ports.free());
    faulty = workspace.add(FaultyRegistry.before(registry));
    lists = workspace.file("lists.yaml", manifest("images: \"\""));
    controller = ControllerProcess.standalone(workspace, secrets, lists);
  }

  /** Adds a node and starts its agent. */
  void addNode(String name, BiFunction<Workspace, String, RuntimeNode> start) {
    RuntimeNode node = start.apply(workspace, name);
    node.mapRegistry(registry.host(), registry.url());
    node.mapRegistry(faulty.host(), faulty.url());
    nodes.put(name, node);
    agents.put(
        name,
        AgentProcess.start(
            workspace, name, node, controller.link(), secrets, "--poll-interval", "2s"));
  }

  ControllerProcess controller() {
    return controller;
  }

  Registry registry() {
    return registry;
  }

  FaultyRegistry faulty() {
    return faulty;
  }

  Map<String, RuntimeNode> nodes() {
    return nodes;
  }

  RuntimeNode node(String name) {
    return Objects.requireNonNull(nodes.get(name));
  }

  AgentProcess agent(String node) {
    return Objects.requireNonNull(agents.get(node));
  }

  /** Pushes a new image of four small layers; returns its reference at the registry itself. */
  String push(String repository, String tag) {
    String unused = registry.push(repository, tag, TestImage.random(seed++, 4, LAYER_BYTES));
    return registry.host() + "/" + repository + ":" + tag;
  }

  /** The same, through the registry that can be made slow or faulty. */
  String pushBehindFault(String repository, String tag) {
    return push(repository, tag).replace(registry.host(), faulty.host());
  }

  /** Makes these the images of the only list. */
  void list(String... references) {
    edit("images: |\n    " + String.join("\n    ", references));
  }

  /** Makes this the data of the only list; written at once, as an editor does. */
  void edit(String data) {
    try {
      Path next = workspace.file("lists.yaml.next", manifest(data));
      Files.move(next, lists, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String manifest(String data) {
    return """
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: fleet
      labels: {prepull.dev/config: PrePullList}
    data:
      %s
    """
        .formatted(data);
  }

  /** Waits until the condition holds; tells the status when it does not. */
  void eventually(String what, Callable<Boolean> condition) {
    try {
      await(what)
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(50))
          .ignoreExceptionsInstanceOf(TestbedException.class)
          .until(condition);
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(
          e.getMessage()
              + "\n"
              + controllerView()
              + "\n"
              + agents.values().stream().map(AgentProcess::log).toList(),
          e);
    }
  }

  private String controllerView() {
    try {
      return controller.status().toPrettyString();
    } catch (TestbedException e) {
      return "the controller does not answer: " + e.getMessage();
    }
  }

  /** Waits until all images of the list are identical on all nodes. */
  void awaitIdentical(String... references) {
    eventually(
        "identical on all nodes: " + String.join(", ", references),
        () -> {
          boolean identical = true;
          for (String reference : references) {
            JsonNode image = controller.image(reference);
            identical &=
                image.get("identical").asBoolean()
                    && image.get("nodes").get("present").asInt() == nodes.size();
          }
          return identical;
        });
  }

  /** Waits until the runtime of every node, asked by its own command line, holds the image. */
  void awaitHeld(String reference) {
    eventually(
        reference + " is held by every runtime",
        () -> nodes.values().stream().allMatch(node -> node.held().containsKey(reference)));
  }

  /** Waits until some node pulls the image. */
  void awaitPulling(String reference) {
    awaitCount(reference, "pulling", 1);
  }

  /** Waits until at least so many nodes are in that state with the image. */
  void awaitCount(String reference, String state, int least) {
    eventually(
        "%s is %s on %d nodes".formatted(reference, state, least),
        () -> controller.image(reference).get("nodes").get(state).asInt() >= least);
  }

  @Override
  public void close() {
    workspace.close();
  }
}
