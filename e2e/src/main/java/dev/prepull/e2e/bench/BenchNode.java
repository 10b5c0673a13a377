package dev.prepull.e2e.bench;

import dev.prepull.e2e.testbed.AgentProcess;
import dev.prepull.e2e.testbed.ControllerProcess;
import dev.prepull.e2e.testbed.FaultyRegistry;
import dev.prepull.e2e.testbed.LinkSecrets;
import dev.prepull.e2e.testbed.Machine;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A node with a registry, a controller and an agent around it. */
final class BenchNode implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Pattern COMPLETE =
      Pattern.compile("All images are present images=(\\d+) tookMs=(\\d+)");

  private final Workspace workspace = Workspace.temporary();
  private final LinkSecrets secrets = LinkSecrets.make(workspace, "link");
  private final Registry registry = Registry.start(workspace, "registry", Ports.free());
  private final FaultyRegistry watched = workspace.add(FaultyRegistry.before(registry));
  private final Path lists = workspace.file("lists.yaml", manifest(List.of(), 0));
  private final ControllerProcess controller =
      ControllerProcess.standalone(workspace, secrets, lists);
  private final RuntimeNode runtime;
  private final AgentProcess agent;
  private int edits;

  private BenchNode(BiFunction<Workspace, String, RuntimeNode> start, List<String> launcher) {
    try {
      runtime = start.apply(workspace, "node");
      runtime.mapRegistry(registry.host(), registry.url());
      runtime.mapRegistry(watched.host(), watched.url());
      agent =
          AgentProcess.start(
              workspace,
              "node",
              launcher,
              runtime,
              controller.link(),
              secrets,
              // How full this machine's disk is, is not what is measured.
              "--disk-threshold",
              "99");
    } catch (TestbedException e) {
      workspace.close();
      throw e;
    }
  }

  /** Starts all of it, the agent by the JDK that runs this. */
  static BenchNode start(BiFunction<Workspace, String, RuntimeNode> runtime) {
    return start(
        runtime,
        List.of(
            Machine.java(),
            "--sun-misc-unsafe-memory-access=allow",
            "-Xmx64m",
            "-jar",
            AgentProcess.jar().toString()));
  }

  /** Starts all of it, the agent by that command. */
  static BenchNode start(
      BiFunction<Workspace, String, RuntimeNode> runtime, List<String> launcher) {
    return new BenchNode(runtime, launcher);
  }

  RuntimeNode runtime() {
    return runtime;
  }

  AgentProcess agent() {
    return agent;
  }

  Registry registry() {
    return registry;
  }

  /** The way to the registry that tells to the millisecond when it was asked. */
  FaultyRegistry watched() {
    return watched;
  }

  /** Pushes so many images that share nothing; returns their references. */
  List<String> push(int images, int layers, int layerBytes) {
    List<String> references = new ArrayList<>();
    for (int i = 0; i < images; i++) {
      var _ = registry.push("bench/image" + i, "1", TestImage.random(i, layers, layerBytes));
      references.add("%s/bench/image%d:1".formatted(registry.host(), i));
    }
    return references;
  }

  /**
   * Makes these the images of the only list, in a plan that the agent has not seen before, and
   * waits until it holds them. No images after no images are no new plan, so it would wait in vain.
   *
   * @return the time from the agent's adopting the plan until all images were present, as it logs
   */
  Duration roll(List<String> images) throws InterruptedException {
    int before = completions().size();
    edit(images);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      // An earlier plan may still complete meanwhile.
      Optional<MatchResult> done =
          completions().stream()
              .skip(before)
              .filter(result -> Integer.parseInt(result.group(1)) == images.size())
              .findFirst();
      if (done.isPresent()) {
        return Duration.ofMillis(Long.parseLong(done.get().group(2)));
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    throw new TestbedException("the agent does not hold its plan: " + agent.log());
  }

  private List<MatchResult> completions() {
    return COMPLETE.matcher(agent.log()).results().toList();
  }

  private void edit(List<String> images) {
    try {
      Path next = workspace.file("lists.yaml.next", manifest(images, ++edits));
      Files.move(next, lists, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The priority makes each plan another one, though the images be the same. */
  private static String manifest(List<String> images, int priority) {
    return """
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: bench
      labels: {prepull.dev/config: PrePullList}
    data:
      PrePullList: |
        rollout: {maxPullsPerRegistry: 1000, canaryNodes: 0}
        defaults: {priority: %d}
        images: [%s]
    """
        .formatted(priority, String.join(", ", images));
  }

  @Override
  public void close() {
    workspace.close();
  }
}
