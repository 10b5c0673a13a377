package dev.prepull.e2e.testbed;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Runs programs to their end. */
public final class Commands {

  private Commands() {}

  /**
   * Runs the command and returns what it printed.
   *
   * @throws TestbedException when it cannot be started or does not end with 0
   */
  public static String run(List<String> command) {
    return run(command, Map.of(), Path.of(""));
  }

  /** As {@link #run(List)}, with more environment variables, in a directory. */
  public static String run(List<String> command, Map<String, String> environment, Path directory) {
    try {
      Path output = Files.createTempFile("prepull-command", ".out");
      try {
        ProcessBuilder builder =
            new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        builder.directory(directory.toAbsolutePath().toFile());
        int code = builder.start().waitFor();
        String printed = Files.readString(output, StandardCharsets.UTF_8);
        if (code != 0) {
          throw new TestbedException(
              "\"%s\" ended with %d: %s"
                  .formatted(String.join(" ", command), code, printed.strip()));
        }
        return printed;
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new TestbedException("\"%s\" cannot be run: %s".formatted(command.getFirst(), e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TestbedException("interrupted while \"%s\" ran".formatted(command.getFirst()), e);
    }
  }
}
