package dev.prepull.agent.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.agent.credentials.ProgramEnd.Ended;
import dev.prepull.agent.credentials.ProgramEnd.Failed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs of the node, as shell scripts. */
class NodeProgramTest {

  private static final Duration AMPLE = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(500);

  @TempDir private Path directory;

  @Test
  void isToldItsInputAndHeard() throws Exception {
    ProgramEnd end = run("cat; echo \"$1 $2\" >&2; exit 3", AMPLE);

    assertThat(end)
        .isInstanceOfSatisfying(
            Ended.class,
            ended -> {
              assertThat(ended.exitCode()).isEqualTo(3);
              assertThat(ended.output()).asString().isEqualTo("input");
              assertThat(ended.errors()).asString().isEqualTo("first second argument\n");
            });
  }

  @Test
  void hasTheAgentsEnvironmentAndItsOwn() throws Exception {
    ProgramEnd end = run("echo \"$PATH|$OWN\"", AMPLE);

    assertThat(end)
        .isInstanceOfSatisfying(
            Ended.class,
            ended ->
                assertThat(ended.output())
                    .asString()
                    .isEqualTo(System.getenv("PATH") + "|own value\n"));
  }

  @Test
  void needNotReadItsInput() throws Exception {
    assertThat(run("exec <&-; echo done", AMPLE)).isInstanceOf(Ended.class);
  }

  @Test
  void mayWriteMoreThanAPipeHolds() throws Exception {
    ProgramEnd end = run("head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2", AMPLE);

    assertThat(end)
        .isInstanceOfSatisfying(
            Ended.class,
            ended -> {
              assertThat(ended.output()).hasSize(300_000);
              assertThat(ended.errors()).hasSize(300_000);
            });
  }

  @Test
  void mayNotWriteForEver() throws Exception {
    assertThat(run("exec cat /dev/zero", AMPLE)).isEqualTo(new Failed("wrote more than 1 MiB"));
  }

  @Test
  void isKilledWithWhatItStartedWhenItTakesTooLong() throws Exception {
    ProgramEnd end = run("tail -f /dev/null & wait", SHORT);

    assertThat(end).isEqualTo(new Failed("did not end within 500ms"));
    assertThatNothingGoesOn();
  }

  @Test
  void isNotWaitedForWhenWhatItStartedKeepsItsOutput() throws Exception {
    ProgramEnd end = run("tail --pid=$PPID -f /dev/null & exit 0", SHORT);

    // The JDK ends the output with the program, unless somebody is reading it at that moment.
    assertThat(end)
        .satisfiesAnyOf(
            late -> assertThat(late).isEqualTo(new Failed("did not end within 500ms")),
            ended -> assertThat(ended).isInstanceOf(Ended.class));
  }

  @Test
  void isKilledWhenTheWaitIsInterrupted() throws Exception {
    NodeProgram program = program("exec tail -f /dev/null", AMPLE);
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> program.run(new byte[0])).isInstanceOf(InterruptedException.class);
    assertThatNothingGoesOn();
  }

  @Test
  void saysThatItIsNotThere() throws Exception {
    NodeProgram program = new NodeProgram(directory.resolve("none"), List.of(), Map.of(), AMPLE);

    assertThat(program.run(new byte[0])).isEqualTo(new Failed("is not there"));
  }

  @Test
  void saysThatItIsNotExecutable() throws Exception {
    Path file = Files.writeString(directory.resolve("text"), "text");

    assertThat(new NodeProgram(file, List.of(), Map.of(), AMPLE).run(new byte[0]))
        .isEqualTo(new Failed("is not executable for this agent"));
  }

  @Test
  void saysWhyItCannotBeStarted() throws Exception {
    Path file = Scripts.write(directory.resolve("broken"), "");
    Files.writeString(file, "#!/no/such/interpreter\n");

    assertThat(new NodeProgram(file, List.of(), Map.of(), AMPLE).run(new byte[0]))
        .isInstanceOfSatisfying(
            Failed.class,
            failed ->
                assertThat(failed.why())
                    .startsWith("could not be started: ")
                    .contains("No such file or directory"));
  }

  @Test
  void showsNothingOfWhatItSaid() throws Exception {
    assertThat(run("echo s3cret", AMPLE)).hasToString("Ended[exitCode=0]");
  }

  /** Waits until every process below this one has ended, which some never would by themselves. */
  private static void assertThatNothingGoesOn() {
    ProcessHandle.current().descendants().forEach(process -> process.onExit().join());
  }

  private ProgramEnd run(String script, Duration limit) throws Exception {
    return program(script, limit).run("input".getBytes(StandardCharsets.UTF_8));
  }

  private NodeProgram program(String script, Duration limit) throws IOException {
    return new NodeProgram(
        Scripts.write(directory.resolve("program"), script),
        List.of("first", "second argument"),
        Map.of("OWN", "own value"),
        limit);
  }
}
