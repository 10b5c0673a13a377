package dev.prepull.e2e.bench;

import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.DockerNode;
import dev.prepull.e2e.testbed.RuntimeNode;
import dev.prepull.e2e.testbed.Workspace;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** The runtimes to measure on. */
final class Runtimes {

  private Runtimes() {}

  /** Every version that runs here. */
  static List<BiFunction<Workspace, String, RuntimeNode>> all() {
    List<BiFunction<Workspace, String, RuntimeNode>> all = new ArrayList<>();
    for (ContainerdNode.Version version : ContainerdNode.Version.values()) {
      all.add(containerd(version));
    }
    for (DockerNode.Version version : DockerNode.Version.values()) {
      all.add(docker(version));
    }
    return all;
  }

  static BiFunction<Workspace, String, RuntimeNode> containerd(ContainerdNode.Version version) {
    return (workspace, name) -> ContainerdNode.start(workspace, name, version);
  }

  static BiFunction<Workspace, String, RuntimeNode> docker(DockerNode.Version version) {
    return (workspace, name) -> DockerNode.start(workspace, name, version);
  }
}
