package dev.prepull.e2e.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The cgroup below which a kubelet makes those of its Pods, in every hierarchy that this machine
 * has. Its name begins with this process's number, so that those of killed runs can be told.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/cgroups.html">the kernel, cgroups</a>
 */
final class NodeCgroup implements AutoCloseable {

  private static final Path ROOT = Path.of("/sys/fs/cgroup");
  private static final String PREFIX = "prepull-";

  private final String name;

  private NodeCgroup(String name) {
    this.name = name;
  }

  /** Makes one, and removes what runs that were killed have left. */
  static NodeCgroup make(Workspace workspace, String node) {
    NodeCgroup group =
        new NodeCgroup("%s%d-%s".formatted(PREFIX, ProcessHandle.current().pid(), node));
    try {
      for (Path hierarchy : hierarchies()) {
        removeLeftovers(hierarchy);
        Files.createDirectories(hierarchy.resolve(group.name));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return workspace.add(group);
  }

  private static List<Path> hierarchies() throws IOException {
    if (Files.exists(ROOT.resolve("cgroup.controllers"))) {
      return List.of(ROOT);
    }
    try (Stream<Path> directories = Files.list(ROOT)) {
      return directories
          .filter(directory -> Files.exists(directory.resolve("cgroup.procs")))
          .filter(directory -> !Files.isSymbolicLink(directory))
          .toList();
    }
  }

  private static void removeLeftovers(Path hierarchy) throws IOException {
    List<Path> ours = new ArrayList<>();
    try (var found = Files.newDirectoryStream(hierarchy, PREFIX + "*-*")) {
      found.forEach(ours::add);
    }
    for (Path group : ours) {
      String process =
          String.valueOf(group.getFileName()).substring(PREFIX.length()).replaceFirst("-.*", "");
      if (!Files.exists(Path.of("/proc", process))) {
        remove(group);
      }
    }
  }

  /** Its path in every hierarchy. */
  String path() {
    return "/" + name;
  }

  @Override
  public void close() {
    try {
      for (Path hierarchy : hierarchies()) {
        remove(hierarchy.resolve(name));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The innermost first; there are no files to be deleted in a cgroup. */
  private static void remove(Path group) {
    var _ =
        Commands.run(
            List.of("find", group.toString(), "-depth", "-type", "d", "-exec", "rmdir", "{}", ";"));
  }
}
