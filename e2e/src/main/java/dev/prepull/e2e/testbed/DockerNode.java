package dev.prepull.e2e.testbed;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A Docker Engine of its own. Registries on the loopback address need no mapping: it trusts them.
 */
public final class DockerNode implements RuntimeNode {

  /** The versions that run on Debian 12. */
  public enum Version {
    /** 20.10, Debian 12's own. */
    V20,
    /** 26, from Debian 13. */
    V26,
    /** 28 or later, from Debian's development release. */
    V28,
    /** The same with its images left to containerd, as new installations have it from 29 on. */
    V28_CONTAINERD
  }

  private final Workspace workspace;
  private final String name;
  private final Version version;
  private final List<String> command;
  private final Map<String, String> environment;
  private final Path socket;
  private final Path log;
  private final Path root;
  private final List<String> containers = new ArrayList<>();
  private Daemon daemon;

  private DockerNode(Workspace state, Workspace run, String name, Version version) {
    this.workspace = run;
    this.name = name;
    this.version = version;
    Path sockets = run.directory(name);
    this.socket = sockets.resolve("docker.sock");
    this.log = run.newFile(name + "/log");
    this.root = state.directory(name + "/root");
    this.environment = Map.of("PATH", path(version));
    this.command =
        List.of(
            // Found on the path given to it, not on ours.
            "/usr/bin/env",
            "dockerd",
            "--config-file",
            state.file(name + "/daemon.json", configuration(version)).toString(),
            "--data-root",
            root.toString(),
            "--exec-root",
            sockets.resolve("exec").toString(),
            "--pidfile",
            sockets.resolve("docker.pid").toString(),
            "--host",
            "unix://" + socket,
            "--bridge=none",
            "--iptables=false",
            "--ip6tables=false",
            "--ip-forward=false",
            "--ip-masq=false",
            "--insecure-registry=127.0.0.0/8");
    this.daemon = launch();
  }

  /** Starts one that keeps everything in the workspace's directory {@code name}. */
  public static DockerNode start(Workspace workspace, String name, Version version) {
    return start(workspace, workspace, name, version);
  }

  /** Starts one that keeps images in one workspace, and sockets and logs in the other. */
  public static DockerNode start(Workspace state, Workspace run, String name, Version version) {
    return run.add(new DockerNode(state, run, name, version));
  }

  /** As {@link #start(Workspace, String, Version)}, with so much room for images and no more. */
  public static DockerNode startSmall(
      Workspace workspace, String name, Version version, int mebibytes) {
    var _ = workspace.smallDirectory(name + "/root", mebibytes);
    return start(workspace, name, version);
  }

  private static String path(Version version) {
    String system = "/usr/sbin:/usr/bin:/sbin:/bin";
    return switch (version) {
      case V20 -> system;
      case V26 -> ofRelease("trixie") + system;
      case V28, V28_CONTAINERD -> ofRelease("sid") + system;
    };
  }

  private static String configuration(Version version) {
    return version == Version.V28_CONTAINERD
        ? "{\"features\": {\"containerd-snapshotter\": true}}"
        : "{}";
  }

  /** dockerd and the containerd of the same release come first; runc stays the system's. */
  private static String ofRelease(String release) {
    Path docker = Packages.unpacked(release, "docker.io");
    Path containerd = Packages.unpacked(release, "containerd");
    return "%s:%s:%s:"
        .formatted(
            docker.resolve("usr/sbin"), docker.resolve("usr/bin"), containerd.resolve("usr/bin"));
  }

  private Daemon launch() {
    return Daemon.start(name, log, environment, command)
        .awaitReady(() -> !docker("version", "--format", "{{.Server.Version}}").isBlank());
  }

  private String docker(String... arguments) {
    List<String> full = new ArrayList<>(List.of("/usr/bin/docker", "-H", "unix://" + socket));
    full.addAll(List.of(arguments));
    return Commands.run(full);
  }

  @Override
  public String description() {
    String store = version == Version.V28_CONTAINERD ? ", containerd image store" : "";
    return "docker " + docker("version", "--format", "{{.Server.Version}}").strip() + store;
  }

  @Override
  public Path socket() {
    return socket;
  }

  @Override
  public void mapRegistry(String host, URI address) {
    if (!address.getAuthority().equals(host)) {
      throw new TestbedException("Docker cannot map %s to %s".formatted(host, address));
    }
  }

  /** Docker knows one place for that, whichever daemon it is; read at every pull. */
  @Override
  public void trustRegistry(String host, URI address, Path ca) {
    Path directory = Path.of("/etc/docker/certs.d", host);
    var _ =
        Commands.run(List.of("install", "-D", "-m", "644", ca.toString(), directory + "/ca.crt"));
    workspace.add(() -> Workspace.delete(directory));
  }

  @Override
  public SortedMap<String, String> held() {
    SortedMap<String, String> held = new TreeMap<>();
    docker("images", "--digests", "--format", "{{.Repository}}:{{.Tag}} {{.Digest}}")
        .lines()
        .map(line -> line.split(" "))
        .filter(columns -> !columns[0].endsWith(":<none>"))
        .forEach(columns -> held.put(columns[0], columns[1]));
    return held;
  }

  @Override
  public Optional<ResolvedImage> resolve(String reference) {
    // A name that is not there is an error of inspect, but not of images.
    if (docker("images", "--quiet", reference).isBlank()) {
      return Optional.empty();
    }
    SortedSet<String> digests = new TreeSet<>();
    docker("inspect", "--format", "{{range .RepoDigests}}{{println .}}{{end}}", reference)
        .lines()
        .filter(line -> line.contains("@"))
        .forEach(line -> digests.add(line.substring(line.indexOf('@') + 1)));
    return Optional.of(new ResolvedImage(digests, false));
  }

  @Override
  public void pullAgain(String reference) {
    pull(reference);
  }

  @Override
  public void tag(String existing, String name) {
    var _ = docker("tag", existing, name);
  }

  @Override
  public void addContainer(String image, boolean running) {
    String id = docker("create", "--network", "none", image).strip();
    containers.add(id);
    if (running) {
      var _ = docker("start", id);
    }
  }

  @Override
  public void removeContainers() {
    containers.forEach(id -> docker("rm", "--force", id));
    containers.clear();
  }

  @Override
  public Path imageDirectory() {
    return root;
  }

  @Override
  public void pull(String reference) {
    var _ = docker("pull", "-q", reference);
  }

  @Override
  public void remove(String reference) {
    var _ = docker("rmi", reference);
  }

  @Override
  public void clear() {
    var _ = docker("image", "prune", "--all", "--force");
  }

  @Override
  public void delete(String reference) {
    remove(reference);
  }

  @Override
  public void stop() {
    var _ = daemon.terminate();
  }

  @Override
  public void kill() {
    daemon.kill();
    // A machine without an init keeps the dead as zombies, which dockerd takes for its living
    // containerd when it finds their number in this file.
    var _ =
        Commands.run(
            List.of(
                "rm", "-f", socket.resolveSibling("exec/containerd/containerd.pid").toString()));
  }

  @Override
  public void resume() {
    daemon = launch();
  }

  @Override
  public void close() {
    if (daemon.isAlive()) {
      removeContainers();
    }
    daemon.close();
  }
}
