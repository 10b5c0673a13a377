package dev.prepull.e2e.testbed;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A machine within this one, as its programs see it: mounts, network, processes and host name of
 * its own. The first of its processes waits for the end of a pipe that only this program holds, and
 * with it the kernel ends all others and takes away mounts and interfaces: at {@link #close}, and
 * as well when this program is killed.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/namespaces.7.html">namespaces(7)</a>
 */
final class Namespaces implements AutoCloseable {

  private static final Duration ENDED_WITHIN = Duration.ofSeconds(15);

  /** Nobody waits for what is left behind by its parent, so the kernel shall not keep it. */
  private static final String FIRST_PROCESS =
      """
      set -e
      mount --make-rshared /
      echo %s > /proc/sys/kernel/hostname
      ip link set lo up
      %s
      trap '' CHLD
      echo ready
      exec cat > /dev/null\
      """;

  private final String name;
  private final Process process;
  private final long first;

  private Namespaces(String name, Process process, long first) {
    this.name = name;
    this.process = process;
    this.first = first;
  }

  /**
   * Starts one.
   *
   * @param name its host name
   * @param setUp shell commands that it begins with, such as mounts
   */
  static Namespaces start(Workspace workspace, String name, String setUp) {
    Path log = workspace.newFile(name + "/namespaces.log");
    List<String> command =
        new ArrayList<>(List.of("unshare", "--mount", "--net", "--pid", "--uts"));
    command.addAll(List.of("--fork", "--kill-child", "--mount-proc", "--propagation", "slave"));
    command.addAll(List.of("/bin/sh", "-c", FIRST_PROCESS.formatted(name, setUp)));
    try {
      Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
      BufferedReader printed = new BufferedReader(process.inputReader(StandardCharsets.UTF_8));
      if (!Objects.equals(printed.readLine(), "ready")) {
        process.destroyForcibly();
        throw new TestbedException(
            "the namespaces of %s cannot be made: %s"
                .formatted(name, Commands.run(List.of("cat", log.toString())).strip()));
      }
      long first = process.children().findFirst().orElseThrow().pid();
      return workspace.add(new Namespaces(name, process, first));
    } catch (IOException e) {
      throw new TestbedException("unshare cannot be started: " + e.getMessage(), e);
    }
  }

  /** Its first process, by the number that it has on this machine. */
  long pid() {
    return first;
  }

  /** The command, run within. */
  List<String> within(List<String> command) {
    List<String> entered =
        new ArrayList<>(
            List.of("nsenter", "--target", String.valueOf(first), "--mount", "--net", "--pid"));
    entered.addAll(List.of("--uts", "--"));
    entered.addAll(command);
    return entered;
  }

  /** Runs a command within to its end and returns what it printed. */
  String run(String... command) {
    return Commands.run(within(List.of(command)));
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(ENDED_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new TestbedException(
            "%s has not ended within %s of its first process".formatted(name, ENDED_WITHIN));
      }
    } catch (IOException e) {
      throw new TestbedException("%s cannot be ended: %s".formatted(name, e), e);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
