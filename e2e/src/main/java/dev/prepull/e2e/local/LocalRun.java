package dev.prepull.e2e.local;

import dev.prepull.e2e.testbed.Machine;
import dev.prepull.e2e.testbed.RegistryRequest;
import dev.prepull.e2e.testbed.TestbedException;
import dev.prepull.e2e.testbed.Workspace;
import dev.prepull.program.Flag;
import dev.prepull.program.Flags;
import dev.prepull.program.UsageException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Brings up a registry, four nodes, the controller and four agents, and shows what they hold. */
public final class LocalRun {

  private static final Flag ONCE =
      Flag.toggle("once", "Exits with 0 as soon as all nodes are identical.");
  private static final Flag CLUSTER =
      Flag.toggle("cluster", "Adds a real control plane and reads the ConfigMap from it.");
  private static final Flag LISTS =
      Flag.optional("lists", "FILE", "Another manifest than manifests/examples/prepull-list.yaml.");
  private static final Flag FRESH =
      Flag.toggle(
          "fresh", "Forgets what registry and nodes hold and what is locked from earlier runs.");
  private static final List<Flag> FLAGS = List.of(ONCE, CLUSTER, LISTS, FRESH);

  private static final Duration ONCE_LIMIT = Duration.ofMinutes(5);
  private static final long LOOK_MILLIS = 300;

  private final boolean once;
  private final boolean cluster;
  private final boolean fresh;
  private final Path lists;
  private final PrintStream out;

  private LocalRun(Flags flags, PrintStream out) throws UsageException {
    this.once = flags.isOn(ONCE);
    this.cluster = flags.isOn(CLUSTER);
    this.fresh = flags.isOn(FRESH);
    this.lists =
        flags
            .path(LISTS)
            .orElseGet(() -> Machine.sources().resolve("manifests/examples/prepull-list.yaml"))
            .toAbsolutePath();
    this.out = out;
  }

  /** Runs until Ctrl-C, or with {@code --once} until all nodes are identical. */
  public static void main(String[] arguments) {
    PrintStream out = System.out;
    try {
      Flags flags = Flags.parse(FLAGS, arguments, Map.of());
      if (flags.helpWanted()) {
        out.print(Flags.help("hack/local-up.sh [flags]", FLAGS));
        return;
      }
      System.exit(new LocalRun(flags, out).run());
    } catch (UsageException e) {
      out.println(e.getMessage());
      System.exit(2);
    }
  }

  private int run() {
    Thread main = Thread.currentThread();
    CountDownLatch ended = new CountDownLatch(1);
    Thread hook =
        new Thread(() -> {
          main.interrupt();
          try {
            ended.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      runOnKeptState();
      return 0;
    } catch (InterruptedException e) {
      out.println("\nStopped everything that was started.");
      return 0;
    } catch (TestbedException | IOException e) {
      out.println("local-up: " + e.getMessage());
      return 1;
    } finally {
      ended.countDown();
    }
  }

  private void runOnKeptState() throws IOException, InterruptedException {
    Path directory = Machine.cache().resolve("local");
    try (Workspace state = Workspace.kept(directory);
        FileChannel lockFile =
            FileChannel.open(
                state.directory(".").resolve("lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE)) {
      FileLock lock = lockFile.tryLock();
      if (lock == null) {
        throw new TestbedException("another local-up is running; stop that one first");
      }
      if (fresh) {
        state.clear(
            "registry", "controller", "containerd-1", "containerd-2", "containerd-3", "docker-1");
      }
      try (Workspace run = Workspace.temporary()) {
        show(LocalParts.start(state, run, lists, cluster, out));
      }
    }
  }

  private void show(LocalParts parts) throws InterruptedException {
    Instant began = Instant.now();
    String shown = "";
    boolean announced = false;
    while (true) {
      String table = StatusTable.of(parts.controller().http());
      if (!table.equals(shown)) {
        shown = table;
        out.println();
        out.print(table);
      }
      boolean identical = parts.controller().isIdenticalOn(LocalParts.NODES);
      if (identical && !announced) {
        announce(parts);
        if (once) {
          return;
        }
        out.printf("%nTo see it move:%n  %s%nCtrl-C stops everything.%n", parts.howToEdit());
      }
      announced = identical;
      if (once && Duration.between(began, Instant.now()).compareTo(ONCE_LIMIT) > 0) {
        throw new TestbedException(
            "the nodes are not identical after %s:%n%s"
                .formatted(ONCE_LIMIT, parts.controller().status().toPrettyString()));
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }

  private void announce(LocalParts parts) {
    parts.verifyIndependently();
    List<RegistryRequest> requests = parts.registry().requests();
    long blobs = requests.stream().filter(RegistryRequest::isForBlob).count();
    long manifests = requests.stream().filter(RegistryRequest::isForManifest).count();
    out.printf(
        "%nAll %d nodes hold the same digests; ctr and docker say so too.%n"
            + "The registry served %d requests for manifests and %d for blobs in this run.%n",
        LocalParts.NODES, manifests, blobs);
  }
}
