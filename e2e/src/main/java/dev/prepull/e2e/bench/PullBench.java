package dev.prepull.e2e.bench;

import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.DockerNode;
import dev.prepull.e2e.testbed.RuntimeNode;
import dev.prepull.e2e.testbed.Workspace;
import java.io.PrintStream;
import java.util.List;
import java.util.function.BiFunction;

/**
 * The agent pulling images beside the runtime's own command line pulling the same ones, as many at
 * a time, each on an emptied node and in turns.
 */
final class PullBench {

  private static final int IMAGES = 12;
  private static final int LAYERS = 4;
  private static final int LAYER_BYTES = 4 << 20;
  private static final int CONCURRENCY = 3;
  private static final int ROUNDS = 9;
  private static final double TARGET = 1.03;

  private static final List<BiFunction<Workspace, String, RuntimeNode>> RUNTIMES =
      List.of(
          Runtimes.containerd(ContainerdNode.Version.V1_7),
          Runtimes.containerd(ContainerdNode.Version.V2),
          Runtimes.docker(DockerNode.Version.V20),
          Runtimes.docker(DockerNode.Version.V28));

  private PullBench() {}

  static Table run(String crictl, PrintStream progress) throws InterruptedException {
    Table table =
        new Table(
            "Pulling %d images of %d × %d MiB, %d at a time (target: ≤ %.2f × the CLI)"
                .formatted(IMAGES, LAYERS, LAYER_BYTES >> 20, CONCURRENCY, TARGET),
            "runtime",
            "agent, plan to last image",
            "the runtime's own CLI",
            "ratio of medians",
            "registry requests, agent : CLI",
            "");
    for (BiFunction<Workspace, String, RuntimeNode> runtime : RUNTIMES) {
      try (BenchNode node = BenchNode.start(runtime)) {
        measure(node, crictl, table, progress);
      }
    }
    return table;
  }

  private static void measure(BenchNode node, String crictl, Table table, PrintStream progress)
      throws InterruptedException {
    List<String> images = node.push(IMAGES, LAYERS, LAYER_BYTES);
    Figures agent = new Figures();
    Figures cli = new Figures();
    int agentRequests = 0;
    int cliRequests = 0;
    for (int round = -1; round < ROUNDS; round++) {
      progress.printf("pull: %s, round %d%n", node.runtime().description(), round + 1);
      node.runtime().clear();
      node.registry().forgetRequests();
      double byAgent = node.roll(images).toMillis();
      agentRequests = node.registry().requests().size();
      node.roll(List.of());
      node.runtime().clear();
      node.registry().forgetRequests();
      double byCli = CommandLinePulls.run(node.runtime(), crictl, images, CONCURRENCY);
      cliRequests = node.registry().requests().size();
      if (round >= 0) { // the first warms both up
        agent.add(byAgent);
        cli.add(byCli);
      }
    }
    double ratio = agent.median() / cli.median();
    table.row(
        node.runtime().description(),
        agent.text("ms"),
        cli.text("ms"),
        Figures.number(ratio),
        agentRequests + " : " + cliRequests,
        Table.verdict(ratio <= TARGET));
  }
}
