package dev.prepull.e2e.testbed;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A real control plane: etcd, kube-apiserver, kube-controller-manager, and where there are kubelets
 * kube-scheduler, from where {@code hack/control-plane.sh} says they are.
 */
public final class ControlPlane implements AutoCloseable {

  private static final int TOKEN_BYTES = 16;

  private final Path programs;
  private final Site site;
  private final String token;
  private final Path kubeconfig;
  private final List<Daemon> parts = new ArrayList<>();

  /**
   * Where it answers, and for whom.
   *
   * @param services the addresses of Services
   * @param kubelets whether there are any
   * @param place where its parts run
   */
  private record Site(
      String address,
      int port,
      String services,
      boolean kubelets,
      UnaryOperator<List<String>> place) {}

  private ControlPlane(Workspace workspace, Path programs, Site site, String token) {
    this.programs = programs;
    this.site = site;
    this.token = token;
    this.kubeconfig = kubeconfig(workspace, "kubeconfig", "");
  }

  /**
   * Starts one in the workspace's directory {@code control-plane}; it is empty at first, and has no
   * kubelets.
   */
  public static ControlPlane start(Workspace workspace) {
    return start(
        workspace,
        new Site("127.0.0.1", Ports.free(), "10.96.0.0/16", false, UnaryOperator.identity()));
  }

  /** Starts one for kubelets of that network, at its switch, with a scheduler. */
  static ControlPlane startFor(ClusterNetwork network, Workspace workspace) {
    return start(
        workspace,
        new Site(
            network.hub(), Ports.free(), network.services(), true, network.switchboard()::within));
  }

  private static ControlPlane start(Workspace workspace, Site site) {
    String printed =
        Commands.run(List.of(Machine.sources().resolve("hack/control-plane.sh").toString()));
    Path programs = Path.of(printed.strip().lines().toList().getLast());
    byte[] token = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(token);
    String admin = HexFormat.of().formatHex(token);
    ControlPlane controlPlane = workspace.add(new ControlPlane(workspace, programs, site, admin));
    controlPlane.launch(workspace);
    return controlPlane;
  }

  /**
   * How to reach it.
   *
   * @param impersonated more about the user, in YAML: {@code , as: NAME, as-groups: [NAME]}
   */
  Path kubeconfig(Workspace workspace, String name, String impersonated) {
    return workspace.file(
        "control-plane/" + name,
        """
        apiVersion: v1
        kind: Config
        current-context: local
        clusters:
        - name: local
          cluster: {server: "https://%s:%d", insecure-skip-tls-verify: true}
        users:
        - name: local
          user: {token: %s%s}
        contexts:
        - name: local
          context: {cluster: local, user: local}
        """
            .formatted(site.address(), site.port(), token, impersonated));
  }

  private void launch(Workspace workspace) {
    Path directory = workspace.directory("control-plane");
    int etcdPort = Ports.free();
    int peerPort = Ports.free();
    run(
        workspace,
        "etcd",
        () -> isHealthy("http://127.0.0.1:%d/health".formatted(etcdPort)),
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
            "control-plane/tokens.csv", "%s,admin,admin,system:masters%n".formatted(token));
    List<String> server =
        new ArrayList<>(
            List.of(
                "--etcd-servers=http://127.0.0.1:" + etcdPort,
                "--bind-address=" + site.address(),
                "--advertise-address=" + site.address(),
                "--secure-port=" + site.port(),
                "--cert-dir=" + directory.resolve("certs"),
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=" + key,
                "--service-account-signing-key-file=" + key,
                "--token-auth-file=" + tokens,
                "--authorization-mode=Node,RBAC",
                "--service-cluster-ip-range=" + site.services(),
                "--allow-privileged=true"));
    List<String> manager =
        new ArrayList<>(
            List.of(
                "--kubeconfig=" + kubeconfig,
                "--service-account-private-key-file=" + key,
                "--use-service-account-credentials",
                "--bind-address=127.0.0.1",
                "--secure-port=" + Ports.free(),
                "--leader-elect=false"));
    if (site.kubelets()) {
      // Webhooks are called at their Pods' addresses: there is no kube-proxy at the switch.
      server.add("--enable-aggregator-routing=true");
      manager.add("--root-ca-file=" + directory.resolve("certs/apiserver.crt"));
    } else {
      server.add("--endpoint-reconciler-type=none");
      // No kubelet tells that these nodes live; nobody shall taint them for it.
      manager.add("--controllers=*,-node-lifecycle-controller");
    }
    run(
        workspace,
        "kube-apiserver",
        () -> kubectl("get", "--raw=/readyz").strip().equals("ok"),
        server.toArray(String[]::new));
    run(
        workspace,
        "kube-controller-manager",
        () -> kubectl("get", "serviceaccount", "default", "-n", "default").contains("default"),
        manager.toArray(String[]::new));
    if (site.kubelets()) {
      run(
          workspace,
          "kube-scheduler",
          () -> true,
          "--kubeconfig=" + kubeconfig,
          "--bind-address=127.0.0.1",
          "--secure-port=" + Ports.free(),
          "--leader-elect=false");
    }
  }

  private void run(Workspace workspace, String name, Daemon.Probe probe, String... arguments) {
    List<String> command = new ArrayList<>(List.of(program(name).toString()));
    command.addAll(List.of(arguments));
    Daemon daemon =
        Daemon.start(
            name,
            workspace.newFile("control-plane/" + name + ".log"),
            Map.of(),
            site.place().apply(command));
    parts.addFirst(daemon);
    daemon.awaitReady(probe);
  }

  private boolean isHealthy(String url) {
    return Commands.run(site.place().apply(List.of("curl", "--silent", "--show-error", url)))
        .contains("true");
  }

  /** How to reach it as its administrator. */
  public Path kubeconfig() {
    return kubeconfig;
  }

  /** The kubectl that fits it. */
  public Path kubectlProgram() {
    return program("kubectl");
  }

  /** A part of the Kubernetes that it is of. */
  Path program(String name) {
    return programs.resolve(name);
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
