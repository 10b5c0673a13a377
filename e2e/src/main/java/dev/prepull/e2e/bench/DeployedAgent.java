package dev.prepull.e2e.bench;

import dev.prepull.e2e.testbed.AgentProcess;
import dev.prepull.e2e.testbed.Commands;
import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.DockerNode;
import dev.prepull.e2e.testbed.Machine;
import dev.prepull.e2e.testbed.RuntimeNode;
import dev.prepull.e2e.testbed.TestbedException;
import dev.prepull.e2e.testbed.Workspace;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/**
 * The agent as its image will hold it: on a small Java runtime made by jlink, with an AOT cache
 * that a training run on real runtimes has filled.
 *
 * @param java the launcher of that runtime
 * @param aotCache of one runtime kind: Docker's classes differ from CRI's
 * @see <a href="https://openjdk.org/jeps/514">JEP 514, ahead-of-time command-line ergonomics</a>
 */
record DeployedAgent(Path java, Path aotCache) {

  private static final int TRAINING_IMAGES = 10;

  /** Makes it below e2e/target. */
  static DeployedAgent make(PrintStream progress) throws InterruptedException {
    Path directory = Machine.sources().resolve("e2e/target/deployed-agent");
    Path runtime = directory.resolve("jre");
    var _ = Commands.run(List.of("rm", "-rf", directory.toString()));
    progress.println("memory: jlink");
    var _ = Commands.run(List.of("mkdir", "-p", directory.toString()));
    var _ =
        Commands.run(
            List.of(
                Path.of(Machine.java()).resolveSibling("jlink").toString(),
                "@" + jvm("agent.jlink"),
                "--output",
                runtime.toString()));
    DeployedAgent agent =
        new DeployedAgent(runtime.resolve("bin/java"), directory.resolve("agent.aot"));
    agent.train(progress);
    return agent;
  }

  private static Path jvm(String file) {
    return Machine.sources().resolve("agent/src/main/jvm").resolve(file);
  }

  /** One run on containerd records what is loaded; its end writes the cache. */
  private void train(PrintStream progress) throws InterruptedException {
    progress.println("memory: training run for the AOT cache");
    BiFunction<Workspace, String, RuntimeNode> runtime =
        Runtimes.containerd(ContainerdNode.Version.V1_7);
    try (BenchNode node = BenchNode.start(runtime, command("-XX:AOTCacheOutput=" + aotCache))) {
      node.roll(node.push(TRAINING_IMAGES, 2, 1024));
      int code = node.agent().endTraining();
      if (code != 0 || !Files.exists(aotCache)) {
        throw new TestbedException(
            "the training run ended with %d and made no AOT cache: %s"
                .formatted(code, node.agent().log()));
      }
    }
  }

  /** How to start it. */
  List<String> launcher() {
    return command("-XX:AOTCache=" + aotCache);
  }

  private List<String> command(String aot) {
    return new ArrayList<>(
        List.of(
            java.toString(),
            "@" + jvm("agent.jvmargs"),
            aot,
            "-jar",
            AgentProcess.jar().toString()));
  }

  /** The runtimes to run it on. */
  static List<BiFunction<Workspace, String, RuntimeNode>> runtimes() {
    return List.of(
        Runtimes.containerd(ContainerdNode.Version.V1_7),
        Runtimes.containerd(ContainerdNode.Version.V2),
        Runtimes.docker(DockerNode.Version.V28));
  }
}
