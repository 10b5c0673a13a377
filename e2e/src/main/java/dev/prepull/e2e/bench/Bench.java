package dev.prepull.e2e.bench;

import dev.prepull.e2e.testbed.TestbedException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Runs the benchmarks that are named, and prints their tables. */
public final class Bench {

  private static final List<String> ALL = List.of("present", "pull", "memory", "repair");

  private Bench() {}

  /** Takes names of benchmarks; see {@code e2e/bench/run.sh}. */
  public static void main(String[] names) {
    PrintStream tables = System.out;
    PrintStream progress = System.err;
    List<String> wanted = names.length == 0 || Set.of(names).contains("all") ? ALL : List.of(names);
    if (!ALL.containsAll(wanted)) {
      progress.printf("bench: expected some of %s, or all%n", String.join(", ", ALL));
      System.exit(2);
    }
    try {
      List<Table> done = new ArrayList<>();
      for (String name : wanted) {
        done.add(run(name, progress));
      }
      tables.println(machine());
      done.forEach(tables::print);
    } catch (TestbedException | IOException e) {
      progress.println("bench: " + e.getMessage());
      System.exit(1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Table run(String name, PrintStream progress)
      throws IOException, InterruptedException {
    return switch (name) {
      case "present" -> PresentBench.run(progress);
      case "pull" -> PullBench.run(Objects.requireNonNull(System.getenv("CRICTL")), progress);
      case "repair" -> RepairBench.run(progress);
      default -> MemoryBench.run(progress);
    };
  }

  private static String machine() throws IOException {
    String memory = Files.readAllLines(Path.of("/proc/meminfo")).getFirst().replaceAll("\\D+", "");
    return "%d cores, %.0f GiB of memory, Linux %s, Java %s"
        .formatted(
            Runtime.getRuntime().availableProcessors(),
            Long.parseLong(memory) / 1024.0 / 1024.0,
            System.getProperty("os.version"),
            System.getProperty("java.runtime.version"));
  }
}
