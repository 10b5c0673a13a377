package dev.prepull.e2e.testbed;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * A real control plane: etcd, kube-apiserver and kube-controller-manager, from where {@code
 * hack/control-plane.sh} says they are.
 */
public final class ControlPlane implements AutoCloseable {

  private static final int TOKEN_BYTES = 16;

  private final Path programs;
  private final Path kubeconfig;
  private final List<Daemon> parts = new ArrayList<>();

  private ControlPlane(Path programs, Path kubeconfig) {
    this.programs = programs;
    this.kubeconfig = kubeconfig;
  }

  /** Starts one in the workspace's directory {@code control-plane}; it is empty at first. */
  public static ControlPlane start(Workspace workspace) {
    String printed =
        Commands.run(List.of(Machine.sources().resolve("hack/control-plane.sh").toString()));
    Path programs = Path.of(printed.strip().lines().toList().getLast());
    byte[] token = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(token);
    String admin = HexFormat.of().formatHex(token);
    int port = Ports.free();
    Path kubeconfig =
        workspace.file(
            "control-plane/kubeconfig",
            """
            apiVersion: v1
            kind: Config
            current-context: local
            clusters:
            - name: local
              cluster: {server: "https://127.0.0.1:%d", insecure-skip-tls-verify: true}
            users:
            - name: admin
              user: {token: %s}
            contexts:
            - name: local
              context: {cluster: local, user: admin}
            """
                .formatted(port, admin));
    ControlPlane controlPlane = workspace.add(new ControlPlane(programs, kubeconfig));
    controlPlane.launch(workspace, port, admin);
    return controlPlane;
  }

  private void launch(Workspace workspace, int port, String admin) {
    Path directory = workspace.directory("control-plane");
    int etcdPort = Ports.free();
    int peerPort = Ports.free();
    run(
        workspace,
        "etcd",
        () -> connects(etcdPort),
        "--data-dir=" + directory.resolve("etcd"),
        "--unsafe-no-fsync",
        "--listen-client-urls=http://127.0.0.1:" + etcdPort,
        "--advertise-client-urls=http://127.0.0.1:" + etcdPort,
        "--listen-peer-urls=http://127.0.0.1:" + peerPort,
        "--initial-advertise-peer-urls=http://127.0.0.1:" + peerPort,
        "--initial-cluster=default=http://127.0.0.1:" + peerPort,
        "--log-level=warn");
    Path key = directory.resolve("service-accounts.key");
    var _ =
        Commands.run(List.of("openssl", "genrsa", "-traditional", "-out", key.toString(), "2048"));
    Path tokens =
        workspace.file(
            "control-plane/tokens.csv", "%s,admin,admin,system:masters%n".formatted(admin));
    run(
        workspace,
        "kube-apiserver",
        () -> kubectl("get", "--raw=/readyz").strip().equals("ok"),
        "--etcd-servers=http://127.0.0.1:" + etcdPort,
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        "--secure-port=" + port,
        "--cert-dir=" + directory.resolve("certs"),
        "--service-account-issuer=https://kubernetes.default.svc",
        "--service-account-key-file=" + key,
        "--service-account-signing-key-file=" + key,
        "--token-auth-file=" + tokens,
        "--authorization-mode=Node,RBAC",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--allow-privileged=true",
        "--endpoint-reconciler-type=none");
    run(
        workspace,
        "kube-controller-manager",
        () -> kubectl("get", "serviceaccount", "default", "-n", "default").contains("default"),
        "--kubeconfig=" + kubeconfig,
        "--service-account-private-key-file=" + key,
        "--use-service-account-credentials",
        // No kubelet tells that these nodes live; nobody shall taint them for it.
        "--controllers=*,-node-lifecycle-controller",
        "--bind-address=127.0.0.1",
        "--secure-port=" + Ports.free(),
        "--leader-elect=false");
  }

  private void run(Workspace workspace, String name, Daemon.Probe probe, String... arguments) {
    List<String> command = new ArrayList<>(List.of(programs.resolve(name).toString()));
    command.addAll(List.of(arguments));
    Daemon daemon =
        Daemon.start(name, workspace.newFile("control-plane/" + name + ".log"), Map.of(), command);
    parts.addFirst(daemon);
    daemon.awaitReady(probe);
  }

  private static boolean connects(int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port));
      return true;
    }
  }

  /** How to reach it as its administrator. */
  public Path kubeconfig() {
    return kubeconfig;
  }

  /** The kubectl that fits it. */
  public Path kubectlProgram() {
    return programs.resolve("kubectl");
  }

  /** Runs kubectl as the administrator and returns what it printed. */
  public String kubectl(String... arguments) {
    return kubectl(Map.of(), arguments);
  }

  /** As {@link #kubectl(String...)}, with more environment variables. */
  public String kubectl(Map<String, String> environment, String... arguments) {
    List<String> command = new ArrayList<>(List.of(kubectlProgram().toString()));
    command.addAll(List.of("--kubeconfig", kubeconfig.toString()));
    command.addAll(List.of(arguments));
    return Commands.run(command, environment, Path.of(""));
  }

  /** Applies a manifest. */
  public void apply(Workspace workspace, String manifest) {
    var _ =
        kubectl("apply", "-f", workspace.file("control-plane/manifest.yaml", manifest).toString());
  }

  /** Makes a Node object, as a kubelet would. */
  public void addNode(Workspace workspace, String name) {
    apply(
        workspace,
        """
        apiVersion: v1
        kind: Node
        metadata:
          name: %1$s
          labels: {kubernetes.io/hostname: %1$s, kubernetes.io/os: linux, kubernetes.io/arch: %2$s}
        """
            .formatted(name, Machine.ARCHITECTURE));
  }

  @Override
  public void close() {
    parts.forEach(Daemon::close);
  }
}
