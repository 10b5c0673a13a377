package dev.prepull.e2e.testbed;

import java.util.ArrayList;
import java.util.List;

/**
 * The network of a cluster's nodes: a switch in namespaces of its own, to which this machine is
 * connected too, and nothing else. Its addresses are 10.N.0.0/16 with an N that is free here: .0.1
 * is this machine, .0.2 the switch, which also routes between the nodes' Pods, .0.11 and above are
 * nodes, .1.0/24 and above their Pods, .255.0/24 Services.
 */
final class ClusterNetwork {

  private static final int FIRST = 100;
  private static final int LAST = 250;
  private static final int FIRST_NODE = 10;

  private final Namespaces switchboard;
  private final int number;

  private ClusterNetwork(Namespaces switchboard, int number) {
    this.switchboard = switchboard;
    this.number = number;
  }

  /** Makes one. What it is made of is gone when its {@link Namespaces} are. */
  static ClusterNetwork start(Workspace workspace) {
    Namespaces switchboard =
        Namespaces.start(
            workspace,
            "switch",
            """
            ip link add nodes type bridge
            ip link set nodes up
            echo 1 > /proc/sys/net/ipv4/ip_forward\
            """);
    ClusterNetwork network = new ClusterNetwork(switchboard, connect(switchboard));
    network.address();
    return network;
  }

  /** Connects this machine, under the first number that no other network has. */
  private static int connect(Namespaces switchboard) {
    String routes = Commands.run(List.of("ip", "-4", "route", "show"));
    TestbedException last = new TestbedException("no 10.N.0.0/16 is free");
    for (int number = FIRST; number <= LAST; number++) {
      if (routes.contains("10.%d.".formatted(number))) {
        continue;
      }
      try {
        ip(
            "link add %s type veth peer name host netns %d"
                .formatted(cable(number), switchboard.pid()));
        return number;
      } catch (TestbedException e) {
        // Its name is taken: another run has this number, and is just beginning.
        last = e;
      }
    }
    throw last;
  }

  private static String cable(int number) {
    return "prepull" + number;
  }

  private void address() {
    var _ = switchboard.run("ip", "link", "set", "host", "master", "nodes", "up");
    var _ = switchboard.run("ip", "address", "add", hub() + "/24", "dev", "nodes");
    ip("address add %s/24 dev %s".formatted(host(), cable(number)));
    ip("link set %s up".formatted(cable(number)));
    ip("route add 10.%d.0.0/16 via %s".formatted(number, hub()));
  }

  private static void ip(String arguments) {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments.split(" ")));
    var _ = Commands.run(command);
  }

  /** This machine's address. */
  String host() {
    return "10.%d.0.1".formatted(number);
  }

  /** The switch's address, where the {@link ControlPlane} and {@link ClusterDns} answer. */
  String hub() {
    return "10.%d.0.2".formatted(number);
  }

  /** Of the node with that number, which begin with 1. */
  String node(int index) {
    return "10.%d.0.%d".formatted(number, FIRST_NODE + index);
  }

  /** What the Pods of that node get their addresses of. */
  String pods(int index) {
    return "10.%d.%d.0/24".formatted(number, index);
  }

  /** What Services get their addresses of. */
  String services() {
    return "10.%d.255.0/24".formatted(number);
  }

  /** The machine of the switch. */
  Namespaces switchboard() {
    return switchboard;
  }

  /** Gives the machine an interface at the switch, with the address of that number. */
  void attach(Namespaces machine, int index) {
    String port = "node" + index;
    ip(
        "link add %s netns %d type veth peer name eth0 netns %d"
            .formatted(port, switchboard.pid(), machine.pid()));
    var _ = switchboard.run("ip", "link", "set", port, "master", "nodes", "up");
    var _ = machine.run("ip", "address", "add", node(index) + "/24", "dev", "eth0");
    var _ = machine.run("ip", "link", "set", "eth0", "up");
    var _ = machine.run("ip", "route", "add", "default", "via", hub());
    var _ = switchboard.run("ip", "route", "replace", pods(index), "via", node(index));
  }
}
