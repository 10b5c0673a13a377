package dev.prepull.e2e.testbed;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A process that runs until it is stopped. Its output goes to a log file. */
public final class Daemon implements AutoCloseable {

  private static final Duration READY_WITHIN = Duration.ofSeconds(60);
  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(15);
  private static final int LOG_TAIL = 2_000;

  private final String name;
  private final Process process;
  private final Path log;

  private Daemon(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /** Asks whether the process does its work yet. */
  @FunctionalInterface
  public interface Probe {
    /** True when it does; an exception means not yet. */
    boolean answers() throws IOException, InterruptedException;
  }

  /** Starts the command; its output is appended to the log. */
  public static Daemon start(
      String name, Path log, Map<String, String> environment, List<String> command) {
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      builder.environment().putAll(environment);
      return new Daemon(name, builder.start(), log);
    } catch (IOException e) {
      throw new TestbedException("%s cannot be started: %s".formatted(name, e), e);
    }
  }

  /** Waits until the probe succeeds; stops the process when it does not in good time. */
  public Daemon awaitReady(Probe probe) {
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    String last = "no answer";
    try {
      while (System.nanoTime() < deadline && process.isAlive()) {
        try {
          if (probe.answers()) {
            return this;
          }
        } catch (IOException | TestbedException e) {
          last = String.valueOf(e.getMessage());
        }
        TimeUnit.MILLISECONDS.sleep(20);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      last = "interrupted";
    }
    boolean ended = !process.isAlive();
    close();
    throw new TestbedException(
        "%s %s (%s); its log ends with: %s"
            .formatted(
                name,
                ended ? "ended with " + process.exitValue() : "is not ready",
                last,
                logTail()));
  }

  /** The process id. */
  public long pid() {
    return process.pid();
  }

  /** Whether it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Everything it has printed. */
  public String log() {
    try {
      return Files.readString(log, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new TestbedException("the log of %s cannot be read: %s".formatted(name, e), e);
    }
  }

  private String logTail() {
    String text = log();
    return text.substring(Math.max(0, text.length() - LOG_TAIL)).strip();
  }

  /** Asks it to stop (SIGTERM) and returns its exit code. */
  public int terminate() {
    return terminate(STOPPED_WITHIN);
  }

  /** The same for one that has so much to do before it ends. */
  public int terminate(Duration within) {
    process.destroy();
    return awaitExit(within);
  }

  /** Ends it and whatever it has started without asking (SIGKILL). */
  public void kill() {
    List<ProcessHandle> started = process.descendants().toList();
    process.destroyForcibly();
    started.forEach(ProcessHandle::destroyForcibly);
    awaitExit();
  }

  /** Waits for its end and returns its exit code. */
  public int awaitExit() {
    return awaitExit(STOPPED_WITHIN);
  }

  private int awaitExit(Duration within) {
    try {
      if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new TestbedException(
            "%s has not ended within %s; its log ends with: %s".formatted(name, within, logTail()));
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TestbedException("interrupted while %s was ending".formatted(name), e);
    }
  }

  /** Stops it and whatever it has started, the hard way when it does not listen. */
  @Override
  public void close() {
    List<ProcessHandle> started = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(STOPPED_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    started.forEach(ProcessHandle::destroyForcibly);
  }
}
