package dev.prepull.e2e.system;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prepull.e2e.testbed.AgentProcess;
import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.ControllerProcess;
import dev.prepull.e2e.testbed.FaultyRegistry;
import dev.prepull.e2e.testbed.LinkSecrets;
import dev.prepull.e2e.testbed.Machine;
import dev.prepull.e2e.testbed.Ports;
import dev.prepull.e2e.testbed.Registry;
import dev.prepull.e2e.testbed.RegistryAccess;
import dev.prepull.e2e.testbed.RuntimeNode;
import dev.prepull.e2e.testbed.TestImage;
import dev.prepull.e2e.testbed.TestbedException;
import dev.prepull.e2e.testbed.TokenServer;
import dev.prepull.e2e.testbed.Workspace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A standalone controller, and nodes with agents that pull from one registry. What a test asserts
 * of it reads as a sentence.
 */
final class Fleet implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int INDENT = 4;
  private static final int LAYERS = 4;
  private static final int LAYER_BYTES = 256 * 1024;

  private final Workspace workspace = Workspace.temporary();
  private final LinkSecrets secrets = LinkSecrets.make(workspace, "link");
  private final Registry registry;
  private final FaultyRegistry faulty;
  private final List<Registry> guardedRegistries = new ArrayList<>();
  private final Path lists;
  private final ControllerProcess controller;
  private final Duration patience;
  private final Map<String, RuntimeNode> nodes = Collections.synchronizedMap(new LinkedHashMap<>());
  private final Map<String, AgentProcess> agents =
      Collections.synchronizedMap(new LinkedHashMap<>());
  private long seed = System.nanoTime();

  Fleet() {
    this(PATIENCE);
  }

  /** Waits so long at most for each thing that is to happen. */
  Fleet(Duration patience) {
    this(patience, Map.of());
  }

  /** With so many more environment variables for the controller. */
  Fleet(Duration patience, Map<String, String> controllerEnvironment) {
    this.patience = patience;
    registry = Registry.start(workspace, "registry", Ports.free());
    faulty = workspace.add(FaultyRegistry.before(registry));
    lists = workspace.file("lists.yaml", manifest("images: \"\""));
    controller = ControllerProcess.standalone(workspace, secrets, lists, controllerEnvironment);
  }

  /** Adds a node and starts its agent, which looks at it often. */
  void addNode(String name, BiFunction<Workspace, String, RuntimeNode> start) {
    addNode(name, start, "--poll-interval", "2s");
  }

  /** Adds a node and starts its agent with those flags. */
  void addNode(
      String name, BiFunction<Workspace, String, RuntimeNode> start, String... agentFlags) {
    RuntimeNode node = addRuntime(name, start);
    agents.put(
        name,
        AgentProcess.start(
            workspace, name, node, controller.link(), secrets, onAnyDisk(agentFlags)));
  }

  /** How full this machine's disk is matters only where a test says so. */
  private static String[] onAnyDisk(String... agentFlags) {
    List<String> flags = new ArrayList<>(List.of(agentFlags));
    if (!flags.contains("--disk-threshold")) {
      flags.addAll(List.of("--disk-threshold", "99"));
    }
    return flags.toArray(String[]::new);
  }

  /** Adds a node without an agent; it counts as soon as {@link #addAgent} gives it one. */
  RuntimeNode addRuntime(String name, BiFunction<Workspace, String, RuntimeNode> start) {
    RuntimeNode node = start.apply(workspace, name);
    node.mapRegistry(registry.host(), registry.url());
    node.mapRegistry(faulty.host(), faulty.url());
    guardedRegistries.forEach(guarded ->
        guarded
            .ca()
            .ifPresentOrElse(
                ca -> node.trustRegistry(guarded.host(), guarded.url(), ca),
                () -> node.mapRegistry(guarded.host(), guarded.url())));
    nodes.put(name, node);
    return node;
  }

  /**
   * How to start many agents: as deployed, on this JDK, with an AOT cache that one agent fills on a
   * node of its own, which is gone afterwards.
   */
  List<String> frugalLauncher() {
    Path cache = workspace.directory("aot").resolve("agent.aot");
    try (Workspace training = Workspace.temporary()) {
      RuntimeNode node = ContainerdNode.start(training, "training", ContainerdNode.Version.V1_6);
      ControllerProcess unattached = ControllerProcess.standalone(training, secrets, lists);
      int code =
          AgentProcess.start(
                  training,
                  "training",
                  launcher("-XX:AOTCacheOutput=" + cache),
                  node,
                  unattached.link(),
                  secrets)
              .endTraining();
      if (code != 0) {
        throw new TestbedException("the agent's training run ended with " + code);
      }
    }
    return launcher("-XX:AOTCache=" + cache);
  }

  private static List<String> launcher(String aot) {
    return List.of(
        Machine.java(),
        "@" + Machine.sources().resolve("agent/src/main/jvm/agent.jvmargs"),
        aot,
        "-jar",
        AgentProcess.jar().toString());
  }

  /** Starts the agent of a node by that command. */
  void addAgent(String name, List<String> launcher, String... agentFlags) {
    agents.put(
        name,
        AgentProcess.start(
            workspace,
            name,
            launcher,
            node(name),
            controller.link(),
            secrets,
            onAnyDisk(agentFlags)));
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
    return push(repository, tag, LAYER_BYTES);
  }

  /** The same with layers of that size. */
  String push(String repository, String tag, int layerBytes) {
    var _ = registry.push(repository, tag, TestImage.random(nextSeed(), LAYERS, layerBytes));
    return registry.host() + "/" + repository + ":" + tag;
  }

  /** Makes each image another one. */
  long nextSeed() {
    return seed++;
  }

  /** The same, through the registry that can be made slow or faulty. */
  String pushBehindFault(String repository, String tag) {
    return pushBehindFault(repository, tag, LAYER_BYTES);
  }

  /** The same with layers of that size. */
  String pushBehindFault(String repository, String tag, int layerBytes) {
    return push(repository, tag, layerBytes).replace(registry.host(), faulty.host());
  }

  /** Starts another registry of the same images, which every node added later can reach. */
  Registry addGuardedRegistry(String username, String password) {
    return addRegistry("guarded", new RegistryAccess.Password(username, password));
  }

  /** The same with a name for its files, and a choice of whom it lets in. */
  Registry addRegistry(String name, RegistryAccess access) {
    Registry guarded = registry.startGuarded(name, Ports.free(), access);
    guardedRegistries.add(guarded);
    return guarded;
  }

  /** The same by HTTPS; nodes added later trust its CA, each in its runtime's way. */
  Registry addSecureRegistry(String name, RegistryAccess access) {
    Registry secure = addUntrustedRegistry(name, access);
    guardedRegistries.add(secure);
    return secure;
  }

  /** The same, whose CA no node trusts. */
  Registry addUntrustedRegistry(String name, RegistryAccess access) {
    return registry.startSecure(name, Ports.free(), access);
  }

  /** Starts a server of tokens for a registry. */
  TokenServer addTokenServer(String username, String password, String identityToken) {
    return TokenServer.start(workspace, username, password, identityToken);
  }

  /** Writes a shell script of the node; returns where it is. */
  Path script(String name, String content) {
    return workspace.script(name, content);
  }

  /** Writes a file at once, as an editor does; returns where it is. */
  Path write(String name, String content) {
    try {
      Path next = workspace.file(name + ".next", content);
      return Files.move(
          next,
          next.resolveSibling(name),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Everything that controller and agents let others read or keep on disk, but for what the
   * registry serves.
   */
  String everythingShown() {
    StringBuilder shown = new StringBuilder(controller.log());
    List<String> paths =
        List.of(
            "/metrics", "/api/v1/status", "/api/v1/images", "/api/v1/nodes", "/healthz", "/readyz");
    paths.forEach(path -> shown.append(controller.http().text(path)));
    agents.forEach((node, agent) -> {
      shown.append(agent.log());
      shown.append(controller.http().text("/api/v1/nodes/" + node));
      List.of("/metrics", "/api/v1/images", "/readyz")
          .forEach(path -> shown.append(agent.http().text(path)));
      shown.append(files(workspace.directory("agent-" + node)));
    });
    return shown.toString();
  }

  /** What stands in the files of a directory, with their names. */
  private static String files(Path directory) {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        all.append(file).append('\n').append(Files.readString(file));
      }
      return all.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes these the images of the only list. */
  void list(String... references) {
    edit("images: |\n    " + String.join("\n    ", references));
  }

  /** Makes this the only list, in its full form. */
  void listInFull(String yaml) {
    edit("PrePullList: |\n" + yaml.strip().indent(INDENT).stripTrailing());
  }

  /** Makes this the data of the only list; written at once, as an editor does. */
  void edit(String data) {
    var _ = write("lists.yaml", manifest(data));
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
          .atMost(patience)
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

  /** Waits until these images are identical on all nodes. */
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

  /** Waits until the runtime of every node resolves the reference to exactly that digest. */
  void awaitResolved(String reference, String digest) {
    eventually(
        "%s is %s for every runtime".formatted(reference, digest),
        () -> nodes.values().stream().allMatch(node -> isResolved(node, reference, digest)));
  }

  /** Whether the node's runtime, asked through CRI or Docker's API, names exactly that digest. */
  static boolean isResolved(RuntimeNode node, String reference, String digest) {
    return node.resolve(reference)
        .filter(image -> image.digests().equals(Set.of(digest)))
        .isPresent();
  }

  /** Waits until that lock would outlive the controller. */
  void awaitKept(String digest) {
    eventually(
        digest + " is in the state file",
        () -> Files.readString(ControllerProcess.stateFile(workspace)).contains(digest));
  }

  /** The digest that the status tells, which all nodes shall have. */
  String digest(String reference) {
    return controller.image(reference).get("digest").asText();
  }

  /** The nodes that are in that state with the image, by the API. */
  SortedSet<String> nodesThatAre(String state, String reference) {
    SortedSet<String> found = new TreeSet<>();
    for (String node : agents.keySet()) {
      for (JsonNode image : controller.http().json("/api/v1/nodes/" + node).get("images")) {
        if (image.get("image").asText().equals(reference)
            && image.get("state").asText().equals(state)) {
          found.add(node);
        }
      }
    }
    return found;
  }

  /** How many nodes are in that state with the image. */
  int count(String reference, String state) {
    return controller.image(reference).get("nodes").get(state).asInt();
  }

  /** Why nodes have trouble with the image: the first reason that the status gives; else empty. */
  String reason(String reference) {
    JsonNode failures = controller.image(reference).get("failures");
    return failures.isEmpty() ? "" : failures.get(0).get("reason").asText();
  }

  /** The message that goes with {@link #reason}. */
  String message(String reference) {
    JsonNode failures = controller.image(reference).get("failures");
    return failures.isEmpty() ? "" : failures.get(0).get("message").asText();
  }

  /** The nodes that {@link #reason} is about. */
  Set<String> troubledNodes(String reference) {
    Set<String> nodes = new TreeSet<>();
    JsonNode failures = controller.image(reference).get("failures");
    failures.path(0).path("nodes").forEach(node -> nodes.add(node.asText()));
    return nodes;
  }

  /** Waits until the status gives that reason first. */
  void awaitReason(String reference, String reason) {
    eventually(reference + " has trouble: " + reason, () -> reason(reference).equals(reason));
  }

  /** Waits until some node pulls the image. */
  void awaitPulling(String reference) {
    awaitCount(reference, "pulling", 1);
  }

  /** Waits until at least so many nodes are in that state with the image. */
  void awaitCount(String reference, String state, int least) {
    eventually(
        "%s is %s on %d nodes".formatted(reference, state, least),
        () -> count(reference, state) >= least);
  }

  @Override
  public void close() {
    workspace.close();
  }
}
