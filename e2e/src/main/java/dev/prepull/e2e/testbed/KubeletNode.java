package dev.prepull.e2e.testbed;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A node of a {@link KubernetesCluster}: a machine of its own with containerd, kubelet and
 * kube-proxy, and their files where distributions have them.
 */
public final class KubeletNode implements AutoCloseable {

  private static final int IMAGES_MEBIBYTES = 2048;
  private static final int ERRORS = 30;

  private static final String POD_LOGS =
      """
      for log in /var/log/pods/*/*/*.log; do echo "--- $log"; tail -n 40 "$log" || true; done\
      """;

  /**
   * What it sees as its own: the files at their usual places, images on a filesystem of their own,
   * and copies of what a kubelet would set for the whole of this machine.
   */
  private static final String SET_UP =
      """
      cd %s
      mkdir -p root machine/run/containerd machine/lib/containerd machine/log machine/sys
      mount -t tmpfs -o size=%dm images root
      mount --bind machine/run /run
      mount --bind . /run/containerd
      mount --bind machine/lib /var/lib
      mount --bind root /var/lib/containerd
      mount --bind machine/log /var/log
      echo nameserver %s > machine/resolv.conf
      for set in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \\
          kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
        file=machine/sys/$(basename ${set%%=*})
        echo ${set#*=} > $file
        mount --bind $file /proc/sys/${set%%=*}
      done
      echo 1 > /proc/sys/net/ipv4/ip_forward\
      """;

  private static final String POD_NETWORK =
      """
      {"cniVersion": "0.4.0", "name": "pods", "plugins": [
        {"type": "bridge", "bridge": "pods", "isGateway": true, "ipMasq": true, "hairpinMode": true,
         "ipam": {"type": "host-local", "dataDir": "/run/cni",
           "ranges": [[{"subnet": "%s"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
        {"type": "loopback"}]}
      """;

  /** As distributions have it but for what this machine lacks: cgroup v2, systemd. */
  private static final String KUBELET =
      """
      apiVersion: kubelet.config.k8s.io/v1beta1
      kind: KubeletConfiguration
      containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
      authentication: {anonymous: {enabled: false}, webhook: {enabled: true}}
      authorization: {mode: Webhook}
      cgroupDriver: cgroupfs
      cgroupRoot: %s
      failCgroupV1: false
      enforceNodeAllocatable: []
      failSwapOn: false
      protectKernelDefaults: true
      clusterDNS: [%s]
      clusterDomain: cluster.local
      resolvConf: %s
      registerWithTaints: [%s]
      maxPods: 20
      syncFrequency: 10s
      # What makes it collect images: less than this is free. It looks every 10 s.
      evictionHard: {imagefs.available: 200Mi}
      evictionPressureTransitionPeriod: 10s
      imageMinimumGCAge: 1s
      """;

  private static final String PROXY =
      """
      apiVersion: kubeproxy.config.k8s.io/v1alpha1
      kind: KubeProxyConfiguration
      clientConnection: {kubeconfig: %s}
      hostnameOverride: %s
      mode: iptables
      conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
      """;

  /**
   * Where a node is to be.
   *
   * @param index its number in the network, from 1
   */
  record Place(Workspace workspace, ControlPlane controlPlane, ClusterNetwork network, int index) {}

  private final Place place;
  private final String name;
  private final Namespaces machine;
  private final ContainerdNode containerd;
  private final NodeCgroup cgroup;
  private Daemon kubelet;

  private KubeletNode(Place place, String name, ContainerdNode.Version version, String taints) {
    this.place = place;
    this.name = name;
    Workspace workspace = place.workspace();
    this.cgroup = NodeCgroup.make(workspace, name);
    this.machine =
        Namespaces.start(
            workspace,
            name,
            SET_UP.formatted(workspace.directory(name), IMAGES_MEBIBYTES, place.network().hub()));
    place.network().attach(machine, place.index());
    var _ =
        workspace.file(
            name + "/cni/pods.conflist",
            POD_NETWORK.formatted(place.network().pods(place.index())));
    this.containerd = ContainerdNode.startOn(machine, workspace, name, version);
    this.kubelet = launchKubelet(taints);
    launchProxy();
  }

  /**
   * Starts one and waits until it is ready.
   *
   * @param taints in YAML, with a comma between them: {@code {key: KEY, effect: NoSchedule}}
   */
  static KubeletNode start(
      Place place, String name, ContainerdNode.Version version, String taints) {
    return place.workspace().add(new KubeletNode(place, name, version, taints));
  }

  private Daemon launchKubelet(String taints) {
    Workspace workspace = place.workspace();
    Path config =
        workspace.file(
            name + "/kubelet.yaml",
            KUBELET.formatted(
                cgroup.path(),
                place.network().hub(),
                workspace.directory(name + "/machine").resolve("resolv.conf"),
                taints));
    Path kubeconfig =
        place
            .controlPlane()
            .kubeconfig(
                workspace,
                name,
                ", as: 'system:node:%s', as-groups: ['system:nodes']".formatted(name));
    return Daemon.start(
            "kubelet of " + name,
            workspace.newFile(name + "/kubelet.log"),
            Map.of(),
            machine.within(
                List.of(
                    place.controlPlane().program("kubelet").toString(),
                    "--config=" + config,
                    "--kubeconfig=" + kubeconfig,
                    "--hostname-override=" + name,
                    "--node-ip=" + place.network().node(place.index()))))
        .awaitReady(() -> condition("Ready").equals("True"));
  }

  private void launchProxy() {
    Workspace workspace = place.workspace();
    Path kubeconfig =
        place.controlPlane().kubeconfig(workspace, "kube-proxy", ", as: 'system:kube-proxy'");
    Path config = workspace.file(name + "/kube-proxy.yaml", PROXY.formatted(kubeconfig, name));
    workspace.add(
        Daemon.start(
            "kube-proxy of " + name,
            workspace.newFile(name + "/kube-proxy.log"),
            Map.of(),
            machine.within(
                List.of(
                    place.controlPlane().program("kube-proxy").toString(), "--config=" + config))));
  }

  /** The status of one of the node's conditions: {@code True}, {@code False} or {@code Unknown}. */
  public String condition(String type) {
    return place
        .controlPlane()
        .kubectl(
            "get",
            "node",
            name,
            "-o",
            "jsonpath={.status.conditions[?(@.type==\"%s\")].status}".formatted(type));
  }

  /** What the node is called. */
  public String name() {
    return name;
  }

  /** Its runtime. */
  public ContainerdNode containerd() {
    return containerd;
  }

  /** Runs a command on the node and returns what it printed. */
  public String run(String... command) {
    return machine.run(command);
  }

  /** Ends its kubelet without asking; Pods stay. */
  public void killKubelet() {
    kubelet.kill();
  }

  /** Starts the kubelet again; it registers its node where that has been deleted. */
  public void resumeKubelet() {
    kubelet = launchKubelet("");
  }

  /** What the containers of its Pods have printed, and the last errors of its kubelet. */
  String report() {
    List<String> errors = kubelet.log().lines().filter(line -> line.startsWith("E")).toList();
    return machine.run("/bin/sh", "-c", POD_LOGS)
        + "--- kubelet\n"
        + String.join("\n", errors.subList(Math.max(0, errors.size() - ERRORS), errors.size()))
        + "\n";
  }

  @Override
  public void close() {
    kubelet.close();
  }
}
