package dev.prepull.e2e.system;

import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.DockerNode;
import dev.prepull.e2e.testbed.RuntimeNode;
import dev.prepull.e2e.testbed.Workspace;
import java.util.function.BiFunction;

/** How to start the node of a test: a runtime of some version, with or without much room. */
final class Nodes {

  private Nodes() {}

  static BiFunction<Workspace, String, RuntimeNode> containerd(ContainerdNode.Version version) {
    return (workspace, name) -> ContainerdNode.start(workspace, name, version);
  }

  static BiFunction<Workspace, String, RuntimeNode> docker(DockerNode.Version version) {
    return (workspace, name) -> DockerNode.start(workspace, name, version);
  }

  static BiFunction<Workspace, String, RuntimeNode> small(
      ContainerdNode.Version version, int mebibytes) {
    return (workspace, name) -> ContainerdNode.startSmall(workspace, name, version, mebibytes);
  }

  static BiFunction<Workspace, String, RuntimeNode> small(
      DockerNode.Version version, int mebibytes) {
    return (workspace, name) -> DockerNode.startSmall(workspace, name, version, mebibytes);
  }
}
