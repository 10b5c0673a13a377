package dev.prepull.agent.credentials;

import dev.prepull.agent.credentials.ProgramEnd.Ended;
import dev.prepull.agent.credentials.ProgramEnd.Failed;
import dev.prepull.model.GoDuration;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A program of the node that is asked through its standard input and output. It runs with the
 * agent's environment and rights.
 *
 * @param environment set beside the agent's own
 * @param limit how long it may take; then it is killed with all that it started
 */
record NodeProgram(
    Path file, List<String> arguments, Map<String, String> environment, Duration limit) {

  /** Bytes. */
  private static final int MOST_OUTPUT = 1 << 20;

  NodeProgram {
    arguments = List.copyOf(arguments);
    environment = Map.copyOf(environment);
  }

  /**
   * Runs it to its end, which the calling thread waits for. An interrupt kills it.
   *
   * @param input so short that a pipe holds it
   */
  ProgramEnd run(byte[] input) throws InterruptedException {
    if (!Files.isExecutable(file)) {
      return new Failed(Files.exists(file) ? "is not executable for this agent" : "is not there");
    }
    Process process;
    try {
      process = start();
    } catch (IOException e) {
      return new Failed("could not be started: " + e.getMessage());
    }
    try {
      FutureTask<byte[]> output = reader(process.getInputStream());
      FutureTask<byte[]> errors = reader(process.getErrorStream());
      write(process.getOutputStream(), input);
      if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
        return late();
      }
      Ended ended = new Ended(process.exitValue(), read(output), read(errors));
      return ended.output().length > MOST_OUTPUT ? new Failed("wrote more than 1 MiB") : ended;
    } catch (TimeoutException e) {
      // Something that it started has its output still open.
      return late();
    } catch (ExecutionException e) {
      return new Failed("could not be heard: " + e.getCause());
    } finally {
      kill(process);
    }
  }

  private Process start() throws IOException {
    List<String> command = new ArrayList<>(arguments);
    command.addFirst(file.toString());
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    return builder.start();
  }

  private Failed late() {
    return new Failed("did not end within " + GoDuration.format(limit));
  }

  private static FutureTask<byte[]> reader(InputStream stream) {
    FutureTask<byte[]> task =
        new FutureTask<>(() -> {
          try (stream) {
            return stream.readNBytes(MOST_OUTPUT + 1);
          }
        });
    Thread.ofVirtual().name("program-output").start(task);
    return task;
  }

  private byte[] read(FutureTask<byte[]> reader)
      throws InterruptedException, ExecutionException, TimeoutException {
    return reader.get(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  private static void write(OutputStream stream, byte[] input) {
    try (stream) {
      stream.write(input);
    } catch (IOException e) {
      // It need not read what it is told; how it ends says whether it should have.
    }
  }

  private static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
