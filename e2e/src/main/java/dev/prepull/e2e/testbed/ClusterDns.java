package dev.prepull.e2e.testbed;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The cluster's DNS: Debian's dnsmasq, which knows the Services that it is told of. It asks nobody
 * else.
 */
final class ClusterDns {

  private static final String DOMAIN = "svc.cluster.local";

  private final Workspace workspace;

  private ClusterDns(Workspace workspace) {
    this.workspace = workspace;
  }

  /** Starts it at the network's address for it. */
  static ClusterDns start(Workspace workspace, ClusterNetwork network) {
    Path hosts = workspace.directory("dns/hosts");
    List<String> command = new ArrayList<>(List.of("dnsmasq", "--keep-in-foreground"));
    command.addAll(List.of("--conf-file=/dev/null", "--user=root", "--pid-file="));
    command.addAll(List.of("--log-facility=-", "--no-resolv", "--no-hosts", "--bind-interfaces"));
    command.addAll(List.of("--local=/cluster.local/", "--hostsdir=" + hosts));
    command.add("--listen-address=" + network.hub());
    workspace.add(
        Daemon.start(
            "dnsmasq",
            workspace.newFile("dns/log"),
            Map.of(),
            network.switchboard().within(command)));
    return new ClusterDns(workspace);
  }

  /** Tells it of one more Service; it reads the file at once. */
  void publish(String namespace, String service, String address) {
    var _ =
        workspace.file(
            "dns/hosts/%s.%s".formatted(service, namespace),
            "%s %s.%s.%s%n".formatted(address, service, namespace, DOMAIN));
  }
}
