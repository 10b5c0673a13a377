package dev.prepull.e2e.bench;

import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.DeployedProgram;
import dev.prepull.e2e.testbed.DockerNode;
import dev.prepull.e2e.testbed.Machine;
import dev.prepull.e2e.testbed.RuntimeNode;
import dev.prepull.e2e.testbed.TestbedException;
import dev.prepull.e2e.testbed.Workspace;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;

/**
 * The agent as its image holds it, with an AOT cache that a training run on real runtimes has
 * filled.
 *
 * @see <a href="https://openjdk.org/jeps/514">JEP 514, ahead-of-time command-line ergonomics</a>
 */
public final class DeployedAgent {

  private static final int TRAINING_IMAGES = 10;

  private DeployedAgent() {}

  /** Makes it below e2e/target. */
  static DeployedProgram make(PrintStream progress) throws InterruptedException {
    return make(Machine.sources().resolve("e2e/target/deployed-agent"), progress);
  }

  /** Makes it in that directory. */
  public static DeployedProgram make(Path directory, PrintStream progress)
      throws InterruptedException {
    progress.println("agent: jlink");
    DeployedProgram agent =
        DeployedProgram.make("agent", Machine.sources().resolve("agent"), directory, List.of());
    progress.println("agent: training run for the AOT cache");
    train(agent);
    return agent;
  }

  /** One run on containerd records what is loaded; its end writes the cache. */
  private static void train(DeployedProgram agent) throws InterruptedException {
    BiFunction<Workspace, String, RuntimeNode> runtime =
        Runtimes.containerd(ContainerdNode.Version.V1_7);
    try (BenchNode node = BenchNode.start(runtime, agent.training())) {
      node.roll(node.push(TRAINING_IMAGES, 2, 1024));
      int code = node.agent().endTraining();
      if (code != 0 || !Files.exists(agent.aotCache())) {
        throw new TestbedException(
            "the training run ended with %d and made no AOT cache: %s"
                .formatted(code, node.agent().log()));
      }
      agent.setTimes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The runtimes to run it on. */
  static List<BiFunction<Workspace, String, RuntimeNode>> runtimes() {
    return List.of(
        Runtimes.containerd(ContainerdNode.Version.V1_7),
        Runtimes.containerd(ContainerdNode.Version.V2),
        Runtimes.docker(DockerNode.Version.V28));
  }
}
