package dev.prepull.e2e.bench;

import dev.prepull.e2e.testbed.TestbedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A memory cgroup, of version 1 or 2, that counts and limits like a container's.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html#memory">the kernel, memory
 *     controller</a>
 */
final class MemoryGroup implements AutoCloseable {

  private static final Path V1 = Path.of("/sys/fs/cgroup/memory");
  private static final Path V2 = Path.of("/sys/fs/cgroup");

  private final boolean v1 = Files.exists(V1.resolve("memory.limit_in_bytes"));
  private final Path directory;

  /** Makes one; {@code limitBytes} 0 is none. */
  MemoryGroup(String name, long limitBytes) {
    if (!v1 && !Files.exists(V2.resolve("cgroup.controllers"))) {
      throw new TestbedException("found no memory cgroup to measure in");
    }
    directory = (v1 ? V1 : V2).resolve(name);
    try {
      Files.createDirectories(directory);
      if (limitBytes > 0) {
        write(v1 ? "memory.limit_in_bytes" : "memory.max", String.valueOf(limitBytes));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The command, run within. */
  List<String> inside(List<String> command) {
    List<String> within =
        new ArrayList<>(
            List.of(
                "/bin/sh",
                "-c",
                "echo $$ > %s/cgroup.procs && exec \"$@\"".formatted(directory),
                "sh"));
    within.addAll(command);
    return within;
  }

  /** What {@code kubectl top} shows: usage without the file cache that can be dropped at once. */
  long workingSet() {
    long usage = Long.parseLong(read(v1 ? "memory.usage_in_bytes" : "memory.current").strip());
    return usage - stat(v1 ? "total_inactive_file" : "inactive_file");
  }

  /** How often the limit was hit. */
  long failures() {
    return v1
        ? Long.parseLong(read("memory.failcnt").strip())
        : valueOf(read("memory.events"), "max");
  }

  private long stat(String key) {
    return valueOf(read("memory.stat"), key);
  }

  private static long valueOf(String lines, String key) {
    return lines
        .lines()
        .filter(line -> line.startsWith(key + " "))
        .mapToLong(line -> Long.parseLong(line.substring(key.length() + 1).strip()))
        .findFirst()
        .orElseThrow(() -> new TestbedException("the cgroup does not tell " + key));
  }

  private String read(String file) {
    try {
      return Files.readString(directory.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(String file, String value) throws IOException {
    Files.writeString(directory.resolve(file), value);
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      throw new TestbedException("the cgroup %s cannot be removed: %s".formatted(directory, e), e);
    }
  }
}
