package dev.prepull.e2e.bench;

import dev.prepull.e2e.testbed.Commands;
import dev.prepull.e2e.testbed.RuntimeNode;
import dev.prepull.e2e.testbed.TestbedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Pulls with the runtime's own command line, several at a time: {@code docker pull}, and for
 * containerd {@code crictl pull}, which asks CRI as the kubelet does. ({@code ctr} would download
 * by itself, past CRI.)
 */
final class CommandLinePulls {

  private CommandLinePulls() {}

  /** Returns the milliseconds until all images were there. */
  static double run(RuntimeNode runtime, String crictl, List<String> images, int concurrency)
      throws InterruptedException {
    boolean docker = runtime.description().startsWith("docker");
    long began = System.nanoTime();
    try (ExecutorService pool = Executors.newFixedThreadPool(concurrency)) {
      List<Future<String>> pulls = new ArrayList<>();
      for (String image : images) {
        List<String> command =
            docker
                ? List.of(
                    "/usr/bin/docker", "-H", "unix://" + runtime.socket(), "pull", "-q", image)
                : List.of(
                    crictl,
                    "--image-endpoint",
                    "unix://" + runtime.socket(),
                    "--timeout",
                    "60s",
                    "pull",
                    image);
        pulls.add(pool.submit(() -> Commands.run(command)));
      }
      for (Future<String> pull : pulls) {
        pull.get();
      }
    } catch (ExecutionException e) {
      throw new TestbedException("a pull by the command line failed: " + e.getCause(), e);
    }
    return (System.nanoTime() - began) / 1e6;
  }
}
