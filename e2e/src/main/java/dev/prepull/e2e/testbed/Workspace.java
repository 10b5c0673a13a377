package dev.prepull.e2e.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A directory for real parts, and the parts that live in it: {@link #close} stops them, the newest
 * first, takes away what they mounted, and removes the directory unless it is a kept one.
 */
public final class Workspace implements AutoCloseable {

  /** What is to be stopped when the program is. */
  private static final Set<Workspace> OPEN = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> OPEN.forEach(Workspace::close), "workspaces"));
  }

  private final Path directory;
  private final boolean kept;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  private Workspace(Path directory, boolean kept) {
    this.directory = directory;
    this.kept = kept;
  }

  /**
   * A new directory with a short path, because a unix socket's path has 107 bytes at most. It is
   * closed when the program ends before it was.
   */
  public static Workspace temporary() {
    try {
      Workspace workspace = new Workspace(Files.createTempDirectory("pp"), false);
      OPEN.add(workspace);
      return workspace;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A directory that outlives the workspace. */
  public static Workspace kept(Path directory) {
    Workspace workspace = new Workspace(directory.toAbsolutePath(), true);
    workspace.unmountAll();
    return workspace;
  }

  /** The directory of that name, made when it is not there. */
  public Path directory(String name) {
    try {
      return Files.createDirectories(directory.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The directory of that name on a filesystem of its own, which holds so much and no more. */
  public Path smallDirectory(String name, int mebibytes) {
    Path mounted = directory(name);
    var _ =
        Commands.run(
            List.of(
                "mount",
                "-t",
                "tmpfs",
                "-o",
                "size=%dm".formatted(mebibytes),
                "none",
                mounted.toString()));
    return mounted;
  }

  /** Writes a file that only its owner may read. */
  public Path file(String name, String content) {
    try {
      Path file = directory.resolve(name);
      Files.createDirectories(file.resolveSibling("."));
      Files.writeString(file, content, StandardCharsets.UTF_8);
      return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a shell script that can be run by its path. */
  public Path script(String name, String content) {
    try {
      Path script = file(name, "#!/bin/sh\n" + content);
      return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a file of bytes. */
  Path binaryFile(String name, byte[] content) {
    try {
      return Files.write(newFile(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The path of an empty file; one of an earlier run is emptied. */
  public Path newFile(String name) {
    return file(name, "");
  }

  /** Removes directories of earlier runs. */
  public void clear(String... names) {
    for (String name : names) {
      delete(directory.resolve(name));
    }
  }

  /** Remembers a part to stop; parts may be started by several threads. */
  public synchronized <T extends AutoCloseable> T add(T part) {
    parts.push(part);
    return part;
  }

  @Override
  public synchronized void close() {
    OPEN.remove(this);
    TestbedException failure = null;
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        failure = failure == null ? new TestbedException("a part did not stop", e) : failure;
      }
    }
    unmountAll();
    if (!kept) {
      delete(directory);
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Takes away the mounts below the directory, the innermost first. */
  private void unmountAll() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/mounts"))) {
      List<String> below =
          lines
              .map(line -> line.split(" ")[1])
              .filter(mount -> mount.startsWith(directory + "/"))
              .sorted(Comparator.reverseOrder())
              .toList();
      below.forEach(mount -> Commands.run(List.of("umount", "-l", mount)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes a directory and all below it. */
  static void delete(Path directory) {
    Commands.run(List.of("rm", "-rf", "--one-file-system", directory.toString()));
  }
}
