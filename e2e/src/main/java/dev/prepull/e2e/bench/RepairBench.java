package dev.prepull.e2e.bench;

import dev.prepull.e2e.testbed.RegistryRequest;
import dev.prepull.e2e.testbed.RuntimeNode;
import dev.prepull.e2e.testbed.TestbedException;
import dev.prepull.e2e.testbed.Workspace;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;

/**
 * How long an image that is deleted under the agent stays away, beside the runtime's own command
 * line pulling the same image. Times run from the start of the deleting command; presence is asked
 * of the runtime's command line, which takes some 30 ms itself.
 */
final class RepairBench {

  private static final int IMAGES = 20;
  private static final int LAYERS = 4;
  private static final int LAYER_BYTES = 1 << 20;
  private static final int TARGET_MILLIS = 2_000;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int LOOK_MILLIS = 5;

  private final BenchNode node;
  private final PrintStream progress;
  private final Figures cli = new Figures();
  private final Figures asked = new Figures();
  private final Figures present = new Figures();

  private RepairBench(BenchNode node, PrintStream progress) {
    this.node = node;
    this.progress = progress;
  }

  static Table run(PrintStream progress) throws InterruptedException {
    Table table =
        new Table(
            "A deleted image of %d × %d MiB comes back (target: the re-pull starts within %d ms)"
                .formatted(LAYERS, LAYER_BYTES >> 20, TARGET_MILLIS),
            "runtime",
            "until the registry is asked",
            "until the image is there",
            "the runtime's own CLI, pulling",
            "");
    for (BiFunction<Workspace, String, RuntimeNode> runtime : Runtimes.all()) {
      try (BenchNode node = BenchNode.start(runtime)) {
        new RepairBench(node, progress).measure(table);
      }
    }
    return table;
  }

  private void measure(Table table) throws InterruptedException {
    String host = node.registry().host();
    List<String> images =
        node.push(IMAGES, LAYERS, LAYER_BYTES).stream()
            .map(image -> image.replace(host, node.watched().host()))
            .toList();
    RuntimeNode runtime = node.runtime();
    progress.printf("repair: %s%n", runtime.description());
    for (String image : images) {
      long began = System.nanoTime();
      runtime.pull(image);
      cli.add((System.nanoTime() - began) / 1e6);
    }
    runtime.clear();
    node.roll(images);
    for (String image : images) {
      repair(runtime, image);
    }
    table.row(
        runtime.description(),
        asked.text("ms"),
        present.text("ms"),
        cli.text("ms"),
        Table.verdict(asked.most() <= TARGET_MILLIS));
  }

  private void repair(RuntimeNode runtime, String image) throws InterruptedException {
    Instant began = Instant.now();
    runtime.delete(image);
    await(image + " is asked for", () -> firstRequest(began).isPresent());
    asked.add(millis(began, firstRequest(began).orElseThrow()));
    await(image + " is there", () -> runtime.held().containsKey(image));
    present.add(millis(began, Instant.now()));
  }

  private Optional<Instant> firstRequest(Instant since) {
    return node.watched().requests().stream()
        .map(RegistryRequest::at)
        .filter(at -> at.isAfter(since))
        .findFirst();
  }

  private static double millis(Instant from, Instant to) {
    return Duration.between(from, to).toNanos() / 1e6;
  }

  private void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new TestbedException(
            "not within %s: %s; the agent's log: %s".formatted(PATIENCE, what, node.agent().log()));
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }
}
