package dev.prepull.e2e.testbed;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** A containerd of its own, with CRI. */
public final class ContainerdNode implements RuntimeNode {

  /** The versions that run on Debian 12. */
  public enum Version {
    /** 1.6, Debian 12's own. */
    V1_6,
    /** 1.7, from Debian 13. */
    V1_7,
    /** 2.x, from Debian's development release. */
    V2
  }

  /** What ctr gives a container unless it is told otherwise. */
  private static final List<String> CAPABILITIES =
      List.of(
          "CAP_CHOWN",
          "CAP_DAC_OVERRIDE",
          "CAP_FSETID",
          "CAP_FOWNER",
          "CAP_MKNOD",
          "CAP_NET_RAW",
          "CAP_SETGID",
          "CAP_SETUID",
          "CAP_SETFCAP",
          "CAP_SETPCAP",
          "CAP_NET_BIND_SERVICE",
          "CAP_SYS_CHROOT",
          "CAP_KILL",
          "CAP_AUDIT_WRITE");

  private static final String SANDBOX = "localhost/sandbox:1";

  private final Workspace workspace;
  private final String name;
  private final Path programs;
  private final Path socket;
  private final Path config;
  private final Path log;
  private final UnaryOperator<List<String>> place;
  private final CriCalls cri;
  private final List<String> pods = new ArrayList<>();
  private Daemon daemon;

  private ContainerdNode(
      Workspace state,
      Workspace run,
      String name,
      Path programs,
      UnaryOperator<List<String>> place) {
    this.workspace = state;
    this.name = name;
    this.programs = programs;
    this.place = place;
    Path sockets = run.directory(name);
    this.socket = sockets.resolve("containerd.sock");
    this.cri = new CriCalls(socket);
    this.log = run.newFile(name + "/log");
    Path directory = state.directory(name);
    this.config =
        state.file(
            name + "/config.toml",
            """
            version = 2
            root = "%1$s/root"
            state = "%2$s/state"
            disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper"]
            [grpc]
              address = "%2$s/containerd.sock"
            [ttrpc]
              address = "%2$s/containerd.sock.ttrpc"
            [plugins."io.containerd.grpc.v1.cri"]
              stream_server_address = "127.0.0.1"
              stream_server_port = "0"
              restrict_oom_score_adj = true
              sandbox_image = "%3$s"
              [plugins."io.containerd.grpc.v1.cri".cni]
                conf_dir = "%1$s/cni"
                bin_dir = "/usr/lib/cni"
              [plugins."io.containerd.grpc.v1.cri".registry]
                config_path = "%1$s/certs.d"
            [plugins."io.containerd.internal.v1.opt"]
              path = "%1$s/opt"
            [plugins."io.containerd.nri.v1.nri"]
              disable = true
            """
                .formatted(directory, sockets, SANDBOX));
    this.daemon = launch();
  }

  /** Starts one that keeps everything in the workspace's directory {@code name}. */
  public static ContainerdNode start(Workspace workspace, String name, Version version) {
    return start(workspace, workspace, name, version);
  }

  /** Starts one that keeps images in one workspace, and sockets and logs in the other. */
  public static ContainerdNode start(Workspace state, Workspace run, String name, Version version) {
    return run.add(
        new ContainerdNode(state, run, name, programs(version), UnaryOperator.identity()));
  }

  /**
   * As {@link #start(Workspace, String, Version)}, on a machine of its own, and for a kubelet: with
   * the image that a Pod's network is held by.
   */
  static ContainerdNode startOn(
      Namespaces machine, Workspace workspace, String name, Version version) {
    ContainerdNode node =
        workspace.add(
            new ContainerdNode(workspace, workspace, name, programs(version), machine::within));
    node.importSandbox();
    return node;
  }

  /** As {@link #start(Workspace, String, Version)}, with so much room for images and no more. */
  public static ContainerdNode startSmall(
      Workspace workspace, String name, Version version, int mebibytes) {
    var _ = workspace.smallDirectory(name + "/root", mebibytes);
    return start(workspace, name, version);
  }

  private static Path programs(Version version) {
    return switch (version) {
      case V1_6 -> Path.of("/usr/bin");
      case V1_7 -> Packages.unpacked("trixie", "containerd").resolve("usr/bin");
      case V2 -> Packages.unpacked("sid", "containerd").resolve("usr/bin");
    };
  }

  private Daemon launch() {
    return Daemon.start(
            name,
            log,
            // Its shim is to be found before that of another version.
            Map.of("PATH", programs + ":" + System.getenv("PATH")),
            place.apply(
                List.of(programs.resolve("containerd").toString(), "-c", config.toString())))
        .awaitReady(() -> !ctr("images", "ls", "-q").contains("no such"));
  }

  private String ctr(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(programs.resolve("ctr").toString(), "-a", socket.toString(), "-n", "k8s.io"));
    command.addAll(List.of(arguments));
    return Commands.run(command);
  }

  @Override
  public String description() {
    return Commands.run(List.of(programs.resolve("containerd").toString(), "--version"))
        .replaceFirst("^containerd \\S+ (\\S+).*(?s)$", "containerd $1")
        .strip();
  }

  @Override
  public Path socket() {
    return socket;
  }

  @Override
  public void mapRegistry(String host, URI address) {
    // Read at every pull. Without a [host] table 1.7 falls back to https.
    var _ =
        workspace.file(
            "%s/certs.d/%s/hosts.toml".formatted(name, host),
            """
            server = "%1$s"
            [host."%1$s"]
              capabilities = ["pull", "resolve"]
            """
                .formatted(address));
  }

  @Override
  public void trustRegistry(String host, URI address, Path ca) {
    var _ =
        workspace.file(
            "%s/certs.d/%s/hosts.toml".formatted(name, host),
            """
            server = "%1$s"
            [host."%1$s"]
              capabilities = ["pull", "resolve"]
              ca = "%2$s"
            """
                .formatted(address, ca));
  }

  @Override
  public SortedMap<String, String> held() {
    SortedMap<String, String> held = new TreeMap<>();
    names()
        .filter(columns -> !columns[0].contains("@") && !columns[0].startsWith("sha256:"))
        .forEach(columns -> held.put(columns[0], columns[2]));
    return held;
  }

  @Override
  public Optional<ResolvedImage> resolve(String reference) {
    return cri.image(reference);
  }

  @Override
  public void pullAgain(String reference) {
    cri.pull(reference);
  }

  @Override
  public void tag(String existing, String name) {
    var _ = ctr("images", "tag", "--force", existing, name);
  }

  @Override
  public void addContainer(String image, boolean running) {
    if (!held().containsKey(SANDBOX)) {
      importSandbox();
    }
    pods.add(cri.runPod(image, running));
  }

  private void importSandbox() {
    Path archive =
        workspace.binaryFile(name + "/sandbox.tar", TestImage.random(0, 1, 0).archive(SANDBOX));
    var _ = ctr("images", "import", archive.toString());
  }

  @Override
  public void removeContainers() {
    pods.forEach(cri::removePod);
    pods.clear();
  }

  @Override
  public Path imageDirectory() {
    return workspace.directory(name + "/root");
  }

  @Override
  public void pull(String reference) {
    var _ =
        ctr(
            "images",
            "pull",
            "--hosts-dir",
            workspace.directory(name + "/certs.d").toString(),
            reference);
  }

  @Override
  public void remove(String reference) {
    var _ = ctr("images", "rm", reference);
  }

  /**
   * Runs a container that CRI does not know, on the network of this machine, with no capability and
   * a root filesystem that nothing can write to, as it is deployed. It ends with the part that is
   * returned.
   *
   * @param mounts source and destination; a source that ends with {@code :rw} may be written to
   */
  public Daemon runContainer(
      String container, String image, Map<String, String> mounts, List<String> arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(programs.resolve("ctr").toString(), "-a", socket.toString(), "-n", "k8s.io"));
    command.addAll(List.of("run", "--rm", "--net-host", "--read-only"));
    CAPABILITIES.forEach(capability -> command.addAll(List.of("--cap-drop", capability)));
    mounts.forEach((source, destination) ->
        command.addAll(
            List.of(
                "--mount",
                source.endsWith(":rw")
                    ? "type=bind,src=%s,dst=%s,options=rbind:rw"
                        .formatted(source.substring(0, source.length() - 3), destination)
                    : "type=bind,src=%s,dst=%s,options=rbind:ro".formatted(source, destination))));
    command.addAll(List.of(image, container));
    command.addAll(arguments);
    return Daemon.start(
        container, workspace.newFile(name + "/" + container + ".log"), Map.of(), command);
  }

  /** Makes a container that CRI does not know; it never runs. */
  public void createContainer(String container, String reference) {
    var _ = ctr("containers", "create", reference, container);
  }

  /** Takes away a container that CRI does not know. */
  public void removeContainer(String container) {
    var _ = ctr("containers", "delete", container);
  }

  @Override
  public void clear() {
    delete(names().map(columns -> columns[0]).toList());
  }

  @Override
  public void delete(String reference) {
    String digest = held().get(reference);
    delete(
        names().filter(columns -> columns[2].equals(digest)).map(columns -> columns[0]).toList());
  }

  private void delete(List<String> names) {
    if (!names.isEmpty()) {
      List<String> command = new ArrayList<>(List.of("images", "rm", "--sync"));
      command.addAll(names);
      var _ = ctr(command.toArray(String[]::new));
    }
  }

  /** Name, type and digest of everything in its image store. */
  private Stream<String[]> names() {
    return ctr("images", "ls").lines().skip(1).map(line -> line.split(" +"));
  }

  @Override
  public void stop() {
    var _ = daemon.terminate();
  }

  @Override
  public void kill() {
    daemon.kill();
  }

  @Override
  public void resume() {
    daemon = launch();
  }

  @Override
  public void close() {
    if (daemon.isAlive()) {
      // Containers outlive their containerd.
      removeContainers();
    }
    daemon.close();
  }
}
