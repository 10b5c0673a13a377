package dev.prepull.e2e.bench;

import dev.prepull.e2e.testbed.RuntimeNode;
import dev.prepull.e2e.testbed.Workspace;
import java.io.PrintStream;
import java.util.List;
import java.util.function.BiFunction;

/**
 * How long the agent takes to find out that it has nothing to do, beside how long the runtime's own
 * command line takes to list the same images.
 */
final class PresentBench {

  private static final int[] SIZES = {200, 500};
  private static final int ROUNDS = 9;
  private static final int TARGET_MILLIS = 100;

  private PresentBench() {}

  static Table run(PrintStream progress) throws InterruptedException {
    Table table =
        new Table(
            "IfNotPresent check of images that are present (target: ≤ %d ms, no registry request)"
                .formatted(TARGET_MILLIS),
            "runtime",
            "images",
            "agent, plan to answer",
            "the runtime's own CLI, listing",
            "ratio",
            "registry requests",
            "");
    for (BiFunction<Workspace, String, RuntimeNode> runtime : Runtimes.all()) {
      try (BenchNode node = BenchNode.start(runtime)) {
        List<String> images = node.push(SIZES[SIZES.length - 1], 1, 256);
        for (int size : SIZES) {
          measure(node, images.subList(0, size), table, progress);
        }
      }
    }
    return table;
  }

  private static void measure(
      BenchNode node, List<String> images, Table table, PrintStream progress)
      throws InterruptedException {
    String runtime = node.runtime().description();
    progress.printf("present: %s pulls %d images%n", runtime, images.size());
    node.roll(images);
    node.registry().forgetRequests();
    Figures agent = new Figures();
    Figures cli = new Figures();
    for (int round = 0; round < ROUNDS; round++) {
      agent.add(node.roll(images).toMillis());
      long began = System.nanoTime();
      node.runtime().held();
      cli.add((System.nanoTime() - began) / 1e6);
    }
    int requests = node.registry().requests().size();
    table.row(
        runtime,
        String.valueOf(images.size()),
        agent.text("ms"),
        cli.text("ms"),
        Figures.number(agent.median() / cli.median()),
        String.valueOf(requests),
        Table.verdict(agent.median() <= TARGET_MILLIS && requests == 0));
  }
}
