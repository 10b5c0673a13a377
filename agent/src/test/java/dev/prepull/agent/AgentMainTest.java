package dev.prepull.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.agent.config.AgentFlags;
import dev.prepull.agent.runtime.docker.FakeDockerDaemon;
import dev.prepull.program.Flag;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent as a process: exit codes, and what its operator reads. */
class AgentMainTest {

  @TempDir Path directory;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private final Map<String, String> flags = new TreeMap<>();
  private FakeDockerDaemon docker;

  @BeforeEach
  void wellConfigured() throws Exception {
    Path socket = directory.resolve("docker.sock");
    docker = new FakeDockerDaemon(vertx, socket);
    flags.put("node-name", "node-1");
    flags.put("controller", "127.0.0.1:1");
    flags.put("ca-file", Files.writeString(directory.resolve("ca.crt"), "a CA").toString());
    flags.put("token-file", Files.writeString(directory.resolve("token"), "secret").toString());
    flags.put("runtime", "docker");
    flags.put("runtime-endpoint", "unix://" + socket);
    flags.put("http-listen", "127.0.0.1:0");
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void endsWithTwoOnAnUnknownFlag() throws Exception {
    flags.put("nmae", "node-1");

    run().assertTold(2, "unknown flag --nmae: see --help");
  }

  @Test
  void endsWithTwoOnAMissingFlag() throws Exception {
    flags.remove("controller");

    run().assertTold(2, "--controller is missing", "PREPULL_CONTROLLER");
  }

  @Test
  void endsWithTwoOnAWrongValue() throws Exception {
    flags.put("runtime", "podman");

    run().assertTold(2, "--runtime \"podman\": expected auto, docker or cri");
  }

  @Test
  void endsWithOneWhenItsTokenCannotBeRead() throws Exception {
    Path missing = directory.resolve("missing");
    flags.put("token-file", missing.toString());

    run().assertTold(1, "Tried to read --token-file " + missing, "Check the path");
  }

  @Test
  void endsWithOneWhenThereIsNoRuntime() throws Exception {
    Path missing = directory.resolve("missing.sock");
    flags.put("runtime", "auto");
    flags.put("runtime-endpoint", "unix://" + missing);

    run()
        .assertTold(
            1,
            "Found no container runtime.",
            "Tried to speak CRI v1 on unix://" + missing,
            "there is no such file; start the container runtime",
            "with --runtime-endpoint. Tried to ask for the version at Docker's socket " + missing);
  }

  @Test
  void endsWithOneWhenItsPortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      flags.put("http-listen", address);

      run().assertTold(1, "Tried to listen on " + address, "choose another with --http-listen");
    }
  }

  @Test
  void printsEveryFlagOnRequestAndEndsWithZero() throws Exception {
    AgentProcess.End end = run("--help");

    assertThat(end.code()).isZero();
    assertThat(end.err()).isEmpty();
    assertThat(end.out()).contains(AgentFlags.ALL.stream().map(Flag::name).toList());
  }

  @Test
  void endsWithZeroWhenAskedToStop() throws Exception {
    try (AgentProcess agent = new AgentProcess(directory, arguments())) {
      agent.awaitLine("HTTP is served");

      agent.terminate();

      AgentProcess.End end = agent.end();
      assertThat(end.code()).isZero();
      assertThat(end.err()).isEmpty();
      assertThat(end.out()).doesNotContain("\tat ", "not clean");
    }
  }

  @Test
  void endsWithZeroWhenAskedToStopWhileItStarts() throws Exception {
    CompletableFuture<HttpServerRequest> asked = new CompletableFuture<>();
    docker.on("/version", asked::complete);
    try (AgentProcess agent = new AgentProcess(directory, arguments())) {
      HttpServerResponse answer = asked.get(60, TimeUnit.SECONDS).response();
      docker.on("/version", request -> request.response().end(FakeDockerDaemon.VERSION));

      agent.terminate();
      answer.end(FakeDockerDaemon.VERSION).toCompletionStage().toCompletableFuture().get();

      assertThat(agent.end().code()).isZero();
    }
  }

  private List<String> arguments() {
    return flags.entrySet().stream()
        .map(flag -> "--" + flag.getKey() + "=" + flag.getValue())
        .toList();
  }

  private AgentProcess.End run() throws Exception {
    return run(arguments().toArray(String[]::new));
  }

  private AgentProcess.End run(String... arguments) throws Exception {
    try (AgentProcess agent = new AgentProcess(directory, List.of(arguments))) {
      return agent.end();
    }
  }
}
