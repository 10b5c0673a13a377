package dev.prepull.e2e.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** The controller's jar in a process of its own. */
public final class ControllerProcess implements AutoCloseable {

  /** Served from the moment when it leads, or is the only one. */
  private static final String LEADING = "/api/v1/status";

  private static final String ALIVE = "/healthz";

  private final List<String> command;
  private final Map<String, String> environment;
  private final Path log;
  private final int linkPort;
  private final HttpApi http;
  private final String started;
  private Daemon daemon;

  /**
   * Starts one.
   *
   * @param started the path that answers 200 when it is
   */
  private ControllerProcess(
      Path log,
      int linkPort,
      int httpPort,
      String started,
      List<String> flags,
      Map<String, String> environment) {
    this.log = log;
    this.environment = environment;
    this.linkPort = linkPort;
    this.http = new HttpApi(httpPort);
    this.started = started;
    this.command =
        new ArrayList<>(
            List.of(
                Machine.java(),
                "--sun-misc-unsafe-memory-access=allow",
                "-jar",
                jar().toString(),
                "--link-listen",
                "127.0.0.1:" + linkPort,
                "--http-listen",
                "127.0.0.1:" + httpPort));
    command.addAll(flags);
    this.daemon = launch();
  }

  /** The runnable jar. */
  public static Path jar() {
    return Machine.sources().resolve("controller/target/prepull-controller.jar");
  }

  /** Starts one that reads its lists from a manifest file. */
  public static ControllerProcess standalone(
      Workspace workspace, LinkSecrets secrets, Path listsFrom) {
    return standalone(workspace, secrets, listsFrom, stateFile(workspace), Ports.free());
  }

  /** As {@link #standalone(Workspace, LinkSecrets, Path)}, with more environment variables. */
  public static ControllerProcess standalone(
      Workspace workspace, LinkSecrets secrets, Path listsFrom, Map<String, String> environment) {
    return start(
        workspace,
        Ports.free(),
        withSecrets(secrets, standaloneFlags(listsFrom, stateFile(workspace))),
        environment);
  }

  private static List<String> standaloneFlags(Path listsFrom, Path stateFile) {
    return List.of("--lists-from", listsFrom.toString(), "--state-file", stateFile.toString());
  }

  /** Where one of that workspace keeps its locks. */
  public static Path stateFile(Workspace workspace) {
    return workspace.directory("controller").resolve("state.json");
  }

  /**
   * As {@link #standalone(Workspace, LinkSecrets, Path)}, with that state file and its HTTP side at
   * that port.
   */
  public static ControllerProcess standalone(
      Workspace workspace, LinkSecrets secrets, Path listsFrom, Path stateFile, int httpPort) {
    return start(
        workspace, httpPort, withSecrets(secrets, standaloneFlags(listsFrom, stateFile)), Map.of());
  }

  /** Starts one that reads its lists from an API server, and is the only one. */
  public static ControllerProcess inCluster(
      Workspace workspace, LinkSecrets secrets, Path kubeconfig, String namespace, int httpPort) {
    return start(
        workspace, httpPort, withSecrets(secrets, inClusterFlags(kubeconfig, namespace)), Map.of());
  }

  /**
   * As {@link #inCluster(Workspace, LinkSecrets, Path, String, int)} in the namespace
   * prepull-system, with more environment variables.
   */
  public static ControllerProcess inCluster(
      Workspace workspace, LinkSecrets secrets, Path kubeconfig, Map<String, String> environment) {
    return start(
        workspace,
        Ports.free(),
        withSecrets(secrets, inClusterFlags(kubeconfig, "prepull-system")),
        environment);
  }

  private static List<String> inClusterFlags(Path kubeconfig, String namespace) {
    return List.of(
        "--kubeconfig", kubeconfig.toString(), "--namespace", namespace, "--leader-elect=false");
  }

  /**
   * Starts one that makes its own certificate and knows agents by their ServiceAccount, as it is
   * deployed.
   */
  public static ControllerProcess deployed(
      Workspace workspace, Path kubeconfig, String namespace, int httpPort) {
    return start(workspace, httpPort, deployedFlags(kubeconfig, namespace), Map.of());
  }

  /** As {@link #deployed}, one of several, without waiting until it leads. */
  public static ControllerProcess candidate(
      Workspace workspace, String name, Path kubeconfig, String namespace) {
    return workspace.add(
        new ControllerProcess(
            workspace.newFile(name + ".log"),
            Ports.free(),
            Ports.free(),
            ALIVE,
            Stream.concat(
                    deployedFlags(kubeconfig, namespace).stream(),
                    Stream.of("--advertise-host", "127.0.0.1"))
                .toList(),
            Map.of()));
  }

  /** As {@link #candidate}, asked about lists at that port of the loopback address. */
  public static ControllerProcess withWebhook(
      Workspace workspace, String name, Path kubeconfig, String namespace, int port) {
    List<String> flags = new ArrayList<>(deployedFlags(kubeconfig, namespace));
    flags.addAll(List.of("--webhook-listen", "127.0.0.1:" + port));
    return workspace.add(
        new ControllerProcess(
            workspace.newFile(name + ".log"), Ports.free(), Ports.free(), ALIVE, flags, Map.of()));
  }

  private static List<String> deployedFlags(Path kubeconfig, String namespace) {
    return List.of(
        "--kubeconfig",
        kubeconfig.toString(),
        "--namespace",
        namespace,
        "--tls-names",
        "127.0.0.1");
  }

  private static List<String> withSecrets(LinkSecrets secrets, List<String> flags) {
    List<String> all = new ArrayList<>(flags);
    all.addAll(
        List.of(
            "--tls-cert",
            secrets.certificate().toString(),
            "--tls-key",
            secrets.key().toString(),
            "--shared-token-file",
            secrets.token().toString()));
    return all;
  }

  private static ControllerProcess start(
      Workspace workspace, int httpPort, List<String> flags, Map<String, String> environment) {
    return workspace.add(
        new ControllerProcess(
            workspace.newFile("controller.log"),
            Ports.free(),
            httpPort,
            LEADING,
            flags,
            environment));
  }

  private Daemon launch() {
    return Daemon.start("controller", log, environment, command)
        .awaitReady(() -> http.isOk(started));
  }

  /** Where agents attach. */
  public String link() {
    return "127.0.0.1:" + linkPort;
  }

  int linkPort() {
    return linkPort;
  }

  /** Whether the Service would send agents to it: it leads, or knows who does. */
  public boolean isReady() {
    return http.isOkAtOnce("/readyz");
  }

  /** Whether it is the one that works, and can. */
  public boolean leads() {
    return http.isOkAtOnce("/readyz") && http.text("/readyz").equals("ok\n");
  }

  /** Its HTTP side. */
  public HttpApi http() {
    return http;
  }

  /** The status as the API shows it. */
  public JsonNode status() {
    return http.json("/api/v1/status");
  }

  /** The status of one image by the text that stands in the list. */
  public JsonNode image(String image) {
    for (JsonNode status : status().get("images")) {
      if (Objects.requireNonNull(status.get("image")).asText().equals(image)) {
        return status;
      }
    }
    throw new TestbedException(image + " is not in the status");
  }

  /** Whether all images of all lists are identical on all of that many nodes. */
  public boolean isIdenticalOn(int nodes) {
    JsonNode status = status();
    boolean identical = !status.get("images").isEmpty();
    for (JsonNode image : status.get("images")) {
      identical &= image.get("identical").asBoolean();
    }
    return identical && status.get("nodes").get("complete").asInt() == nodes;
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

  /** Whether its process is there. */
  public boolean isAlive() {
    return daemon.isAlive();
  }

  /** Waits until it ends by itself; returns the exit code. */
  public int awaitExit() {
    return daemon.awaitExit();
  }

  /** SIGSTOP. */
  public void pause() {
    var _ = Commands.run(List.of("kill", "-STOP", Long.toString(pid())));
  }

  /** SIGCONT. */
  public void wake() {
    var _ = Commands.run(List.of("kill", "-CONT", Long.toString(pid())));
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
