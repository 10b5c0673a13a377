package dev.prepull.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.agent.config.AgentConfig;
import dev.prepull.agent.config.AgentFlags;
import dev.prepull.agent.runtime.ImageRuntime;
import dev.prepull.agent.runtime.docker.FakeDockerDaemon;
import dev.prepull.model.RuntimeInfo;
import dev.prepull.program.Flags;
import dev.prepull.program.StartupException;
import dev.prepull.program.UsageException;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which adapter is used for a socket that is named. */
class RuntimeSelectionTest {

  @TempDir Path directory;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private Path dockerSocket;

  @BeforeEach
  void startDocker() throws Exception {
    dockerSocket = directory.resolve("docker.sock");
    new FakeDockerDaemon(vertx, dockerSocket);
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"docker", "auto"})
  void opensDockerWhereDockerAnswers(String kind) throws Exception {
    try (ImageRuntime runtime = open(kind, dockerSocket)) {
      assertThat(runtime.info()).isEqualTo(new RuntimeInfo("docker", "28.5.1"));
    }
  }

  @Test
  void doesNotOpenDockerWhenToldToSpeakCri() {
    assertThatThrownBy(() -> open("cri", dockerSocket).close())
        .isInstanceOf(StartupException.class)
        .hasMessageStartingWith("Found no container runtime. Tried to speak CRI v1 on ")
        .hasMessageContaining("--runtime docker");
  }

  @Test
  void saysWhatItTriedWhenNothingAnswers() {
    Path missing = directory.resolve("missing.sock");

    assertThatThrownBy(() -> open("auto", missing).close())
        .isInstanceOf(StartupException.class)
        .hasMessageContainingAll(
            "Tried to speak CRI v1 on unix://" + missing,
            "Tried to ask for the version at Docker's socket " + missing);
  }

  private ImageRuntime open(String kind, Path socket) throws Exception {
    return RuntimeSelection.open(config(kind, socket), vertx, Clock.systemUTC());
  }

  private static AgentConfig config(String kind, Path socket) throws UsageException {
    String[] arguments = {
      "--node-name=node-1",
      "--controller=127.0.0.1:1",
      "--ca-file=ca.crt",
      "--token-file=token",
      "--runtime=" + kind,
      "--runtime-endpoint=unix://" + socket,
    };
    return AgentConfig.from(Flags.parse(AgentFlags.ALL, arguments, Map.of()));
  }
}
