package dev.prepull.e2e.testbed;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * A whole Kubernetes: control plane, nodes with kubelets that run Pods, Services, DNS, and a
 * registry. Pods reach each other, the API server and the registry, and nothing outside of this
 * machine. It ends with its workspace.
 */
public final class KubernetesCluster {

  private static final String SERVICES =
      "jsonpath={range .items[*]}{.metadata.namespace} {.metadata.name} {.spec.clusterIP}{\"\\n\"}{end}";

  private final Workspace workspace;
  private final ClusterNetwork network;
  private final ClusterDns dns;
  private final ControlPlane controlPlane;
  private final Registry registry;
  private final Registry mirror;
  private final List<KubeletNode> nodes = new ArrayList<>();

  private KubernetesCluster(Workspace workspace) {
    this.workspace = workspace;
    this.network = ClusterNetwork.start(workspace);
    this.dns = ClusterDns.start(workspace, network);
    this.controlPlane = ControlPlane.startFor(network, workspace);
    this.registry = Registry.start(workspace, "registry", Ports.free());
    this.mirror = registry.startAt(network.host(), "mirror");
  }

  /** Starts one without nodes. */
  public static KubernetesCluster start(Workspace workspace) {
    return new KubernetesCluster(workspace);
  }

  /** Lets a node join and waits until it is ready; its taints are in YAML. */
  public KubeletNode join(String name, ContainerdNode.Version version, String taints) {
    KubeletNode node =
        KubeletNode.start(
            new KubeletNode.Place(workspace, controlPlane, network, nodes.size() + 1),
            name,
            version,
            taints);
    nodes.add(node);
    node.containerd().mapRegistry(registry.host(), mirror.url());
    return node;
  }

  /** The node of that name. */
  public KubeletNode node(String name) {
    return nodes.stream().filter(node -> node.name().equals(name)).findFirst().orElseThrow();
  }

  /** Where images are pushed; what nodes ask for goes to the {@link #mirror}. */
  public Registry registry() {
    return registry;
  }

  /** Serves the nodes what is in the {@link #registry}, under its name. */
  public Registry mirror() {
    return mirror;
  }

  /** Runs kubectl as the administrator and returns what it printed. */
  public String kubectl(String... arguments) {
    return controlPlane.kubectl(arguments);
  }

  /** Applies a manifest. */
  public void apply(String manifest) {
    controlPlane.apply(workspace, manifest);
  }

  /** Applies what is in a directory with a kustomization, and lets DNS know the Services. */
  public void applyKustomization(Path directory) {
    var _ = kubectl("apply", "-k", directory.toString());
    kubectl("get", "services", "--all-namespaces", "-o", SERVICES)
        .lines()
        .map(line -> line.split(" "))
        .forEach(service -> dns.publish(service[0], service[1], service[2]));
  }

  /** Everything that may explain a failure: objects, Events, and what was printed on the nodes. */
  public String report() {
    StringBuilder report = new StringBuilder();
    report
        .append(
            orWhyNot(() -> kubectl("get", "nodes,pods,daemonsets,deployments", "-A", "-o", "wide")))
        .append(orWhyNot(() -> kubectl("get", "events", "-A", "--sort-by=.lastTimestamp")));
    for (KubeletNode node : nodes) {
      report.append("=== ").append(node.name()).append('\n').append(orWhyNot(node::report));
    }
    return report.toString();
  }

  /** What cannot be told shall not hide the rest. */
  private static String orWhyNot(Supplier<String> part) {
    try {
      return part.get();
    } catch (TestbedException e) {
      return e.getMessage() + "\n";
    }
  }
}
