package dev.prepull.e2e.bench;

import dev.prepull.e2e.testbed.Commands;
import dev.prepull.e2e.testbed.DeployedProgram;
import dev.prepull.e2e.testbed.RuntimeNode;
import dev.prepull.e2e.testbed.TestbedException;
import dev.prepull.e2e.testbed.Workspace;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/** What the agent costs a node: memory idle and after a rollout, CPU, and the time to be ready. */
final class MemoryBench {

  private static final int IMAGES = 50;
  private static final int ROUNDS = 2;
  private static final long MIB = 1L << 20;
  private static final int WORKING_SET_TARGET = 56;
  private static final int HARD_LIMIT = 96;

  /** What rivals set, for comparison. */
  private static final int RAISED_LIMIT = 128;

  private static final double CPU_TARGET = 2;
  private static final double READY_TARGET = 600;
  private static final int IDLE_SECONDS = 20;
  private static final int SETTLE_SECONDS = 12;
  private static final int TICKS_PER_SECOND = 100;

  private final DeployedProgram agent;
  private final PrintStream progress;

  private MemoryBench(DeployedProgram agent, PrintStream progress) {
    this.agent = agent;
    this.progress = progress;
  }

  static Table run(PrintStream progress) throws InterruptedException, IOException {
    MemoryBench bench = new MemoryBench(DeployedAgent.make(progress), progress);
    Table table =
        new Table(
            ("The agent as deployed, %d images (targets: working set ≤ %d MiB, also within a hard"
                    + " limit of %d MiB; CPU ≤ %.0f m idle; ready in ≤ %.0f ms)")
                .formatted(IMAGES, WORKING_SET_TARGET, HARD_LIMIT, CPU_TARGET, READY_TARGET),
            "runtime",
            "limit",
            "ready",
            "RSS idle",
            "RSS after",
            "working set idle",
            "working set after",
            "CPU idle",
            "limit hit",
            "major faults",
            "");
    for (BiFunction<Workspace, String, RuntimeNode> runtime : DeployedAgent.runtimes()) {
      for (int limit : new int[] {0, HARD_LIMIT, RAISED_LIMIT}) {
        try {
          bench.measure(runtime, limit, table);
        } catch (TestbedException e) {
          // Under a limit that is too low the agent only reads its own code again and again.
          progress.println("memory: " + e.getMessage());
          table.row(
              "the same",
              limit + " MiB",
              "thrashes",
              "",
              "",
              "",
              "",
              "",
              "",
              "",
              Table.verdict(false));
        }
      }
    }
    return table;
  }

  private void measure(BiFunction<Workspace, String, RuntimeNode> runtime, int limit, Table table)
      throws InterruptedException, IOException {
    Figures ready = new Figures();
    Figures rssIdle = new Figures();
    Figures rssAfter = new Figures();
    Figures idle = new Figures();
    Figures after = new Figures();
    Figures cpu = new Figures();
    Figures hits = new Figures();
    Figures faults = new Figures();
    String description = "";
    for (int round = 0; round < ROUNDS; round++) {
      // The runtime image and the archive are to be counted here, not with whoever read them first.
      var _ = Commands.run(List.of("/bin/sh", "-c", "sync; echo 3 > /proc/sys/vm/drop_caches"));
      try (MemoryGroup group = new MemoryGroup("prepull-bench", limit * MIB);
          BenchNode node = BenchNode.start(runtime, group.inside(agent.launcher()))) {
        description = node.runtime().description();
        progress.printf(
            "memory: %s, limit %d MiB, round %d of %d%n", description, limit, round + 1, ROUNDS);
        long pid = node.agent().pid();
        ready.add(node.agent().readyAfter().toMillis());
        TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
        rssIdle.add(rss(pid));
        idle.add(mebibytes(group.workingSet()));
        node.roll(node.push(IMAGES, 2, 64 << 10));
        TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
        rssAfter.add(rss(pid));
        after.add(mebibytes(group.workingSet()));
        cpu.add(idleMillicores(pid));
        hits.add(group.failures());
        faults.add(field(pid, MAJOR_FAULTS));
        node.agent().close();
      }
    }
    boolean met =
        after.median() <= (limit == 0 ? WORKING_SET_TARGET : limit)
            && cpu.median() <= CPU_TARGET
            && ready.median() <= READY_TARGET;
    table.row(
        description,
        limit == 0 ? "none" : limit + " MiB",
        ready.text("ms"),
        rssIdle.text("MiB"),
        rssAfter.text("MiB"),
        idle.text("MiB"),
        after.text("MiB"),
        cpu.text("m"),
        Figures.number(hits.median()),
        Figures.number(faults.median()),
        Table.verdict(met));
  }

  private static double mebibytes(long bytes) {
    return (double) bytes / MIB;
  }

  private static double rss(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D+", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }

  // Fields of /proc/PID/stat after the name, from 0; see proc(5).
  private static final int MAJOR_FAULTS = 9;
  private static final int USER_TIME = 11;
  private static final int SYSTEM_TIME = 12;

  private static long field(long pid, int index) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[index]);
  }

  private static double idleMillicores(long pid) throws IOException, InterruptedException {
    long before = field(pid, USER_TIME) + field(pid, SYSTEM_TIME);
    TimeUnit.SECONDS.sleep(IDLE_SECONDS);
    long ticks = field(pid, USER_TIME) + field(pid, SYSTEM_TIME) - before;
    return 1_000.0 * ticks / TICKS_PER_SECOND / IDLE_SECONDS;
  }
}
