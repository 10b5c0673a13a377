package dev.prepull.e2e.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The agent's jar in a process of its own. */
public final class AgentProcess implements AutoCloseable {

  private static final Duration TRAINED_WITHIN = Duration.ofMinutes(3);

  private final String node;
  private final List<String> command;
  private final Path log;
  private final HttpApi http;
  private Duration readyAfter = Duration.ZERO;
  private Daemon daemon;

  private AgentProcess(String node, Path log, HttpApi http, List<String> command) {
    this.node = node;
    this.log = log;
    this.http = http;
    this.command = command;
    this.daemon = launch();
  }

  /** The runnable jar. */
  public static Path jar() {
    return Machine.sources().resolve("agent/target/prepull-agent.jar");
  }

  /** How it is started where nothing else is said. */
  public static List<String> launcher() {
    return List.of(
        Machine.java(),
        "--sun-misc-unsafe-memory-access=allow",
        "-Xmx64m",
        "-jar",
        jar().toString());
  }

  /** Starts the agent of that node. */
  public static AgentProcess start(
      Workspace workspace,
      String node,
      RuntimeNode runtime,
      String controllerLink,
      LinkSecrets secrets,
      String... moreFlags) {
    return start(workspace, node, launcher(), runtime, controllerLink, secrets, moreFlags);
  }

  /**
   * As {@link #start(Workspace, String, RuntimeNode, String, LinkSecrets, String...)}, as deployed.
   */
  public static AgentProcess start(
      Workspace workspace,
      String node,
      List<String> launcher,
      RuntimeNode runtime,
      String controllerLink,
      LinkSecrets secrets,
      String... moreFlags) {
    int httpPort = Ports.free();
    List<String> command = new ArrayList<>(launcher);
    command.addAll(
        List.of(
            "--node-name",
            node,
            "--controller",
            controllerLink,
            "--ca-file",
            secrets.certificate().toString(),
            "--token-file",
            secrets.token().toString(),
            "--runtime-endpoint",
            "unix://" + runtime.socket(),
            "--http-listen",
            "127.0.0.1:" + httpPort,
            "--state-dir",
            workspace.directory("agent-" + node).toString()));
    command.addAll(List.of(moreFlags));
    return workspace.add(
        new AgentProcess(
            node, workspace.newFile("agent-" + node + ".log"), new HttpApi(httpPort), command));
  }

  private Daemon launch() {
    long began = System.nanoTime();
    Daemon started =
        Daemon.start("agent " + node, log, Map.of("MALLOC_ARENA_MAX", "1"), command)
            .awaitReady(() -> http.isOk("/healthz"));
    readyAfter = Duration.ofNanos(System.nanoTime() - began);
    return started;
  }

  /** How long its last start took until it answered, to 20 ms. */
  public Duration readyAfter() {
    return readyAfter;
  }

  /** The node that it serves. */
  public String node() {
    return node;
  }

  /** Its HTTP side. */
  public HttpApi http() {
    return http;
  }

  /** Its images as its API shows them. */
  public JsonNode images() {
    return http.json("/api/v1/images");
  }

  /** What it has logged. */
  public String log() {
    return daemon.log();
  }

  /** Its process id. */
  public long pid() {
    return daemon.pid();
  }

  /** SIGTERM; returns the exit code. */
  public int terminate() {
    return daemon.terminate();
  }

  /**
   * SIGTERM to one that was started with {@code -XX:AOTCacheOutput}, which then takes seconds of
   * both cores to write the cache; returns the exit code.
   */
  public int endTraining() {
    return daemon.terminate(TRAINED_WITHIN);
  }

  /** SIGKILL. */
  public void kill() {
    daemon.kill();
  }

  /** Starts it again with the same flags. */
  public void resume() {
    daemon = launch();
  }

  @Override
  public void close() {
    daemon.close();
  }
}
