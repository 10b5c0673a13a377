package dev.prepull.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** {@link AgentMain} in a JVM of its own, on the class path of the tests. */
final class AgentProcess implements AutoCloseable {

  private static final long LIMIT_SECONDS = 60;

  private final Process process;
  private final Path err;

  /** How an agent ended. */
  record End(int code, String out, String err) {

    /** It told its operator this, and only this. */
    void assertTold(int exitCode, String... parts) {
      assertThat(err).contains(parts).hasLineCount(1).endsWith("\n");
      assertThat(out).doesNotContain("\tat ");
      assertThat(code).isEqualTo(exitCode);
    }
  }

  /** Starts an agent whose standard error goes to a file in that directory. */
  AgentProcess(Path directory, List<String> arguments) throws IOException {
    err = directory.resolve("err.txt");
    List<String> command =
        Stream.concat(
                Stream.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--sun-misc-unsafe-memory-access=allow",
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    AgentMain.class.getName()),
                arguments.stream())
            .toList();
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("PREPULL_"));
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    process = builder.start();
  }

  /** Reads its output up to a line with that text. */
  void awaitLine(String text) throws IOException {
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.contains(text)) {
        return;
      }
    }
    assertThat(Files.readString(err)).as("the agent ended without saying: " + text).isNull();
  }

  /** Asks it to stop, as Kubernetes does; unlike the process, its handle leaves the output open. */
  void terminate() {
    assertThat(process.toHandle().destroy()).isTrue();
  }

  /** Waits for its end. */
  End end() throws IOException, InterruptedException {
    String out = String.join("\n", process.inputReader(StandardCharsets.UTF_8).lines().toList());
    assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    return new End(process.exitValue(), out, Files.readString(err));
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
