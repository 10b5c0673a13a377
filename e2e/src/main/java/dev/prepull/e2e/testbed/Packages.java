package dev.prepull.e2e.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Debian packages of other releases, unpacked beside the system and kept between runs. Nothing is
 * installed.
 */
final class Packages {

  private static final String KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

  private Packages() {}

  /**
   * The directory into which the package of that release is unpacked, downloaded when it is not
   * there yet.
   */
  static synchronized Path unpacked(String release, String packageName) {
    Path target = Machine.cache().resolve("debian").resolve(release + "-" + packageName);
    if (!Files.exists(target)) {
      download(release, packageName, target);
    }
    return target;
  }

  private static void download(String release, String packageName, Path target) {
    try {
      Path work = Files.createDirectories(target.resolveSibling("apt-" + release));
      for (String directory : List.of("lists/partial", "cache/archives/partial")) {
        Files.createDirectories(work.resolve(directory));
      }
      Files.writeString(
          work.resolve("sources.list"),
          "deb [signed-by=%s] %s %s main%n".formatted(KEYRING, mirror(), release));
      // A rolling release's index may be past its date on a mirror; its signature is still checked.
      Files.writeString(
          work.resolve("apt.conf"),
          """
          Dir::Etc::SourceList "%1$s/sources.list";
          Dir::Etc::SourceParts "/dev/null";
          Dir::State::Lists "%1$s/lists";
          Dir::State::status "/dev/null";
          Dir::Cache "%1$s/cache";
          APT::Sandbox::User "root";
          Acquire::Check-Valid-Until "false";
          """
              .formatted(work));
      Map<String, String> environment = Map.of("APT_CONFIG", work.resolve("apt.conf").toString());
      Commands.run(List.of("apt-get", "-qq", "update"), environment, work);
      Commands.run(
          List.of("apt-get", "-qq", "download", packageName), environment, work.resolve("cache"));
      Path unpacked = target.resolveSibling(target.getFileName() + ".part");
      Workspace.delete(unpacked);
      Commands.run(
          List.of("dpkg", "-x", archive(work.resolve("cache"), packageName), unpacked.toString()));
      Files.move(unpacked, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String archive(Path directory, String packageName) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> String.valueOf(file.getFileName()).startsWith(packageName + "_"))
          .findFirst()
          .orElseThrow(() -> new TestbedException("apt-get has not downloaded " + packageName))
          .toString();
    }
  }

  /** The mirror that this machine already uses. */
  private static String mirror() throws IOException {
    for (Path sources :
        List.of(
            Path.of("/etc/apt/sources.list.d/debian.sources"), Path.of("/etc/apt/sources.list"))) {
      if (Files.exists(sources)) {
        for (String line : Files.readAllLines(sources)) {
          if (line.startsWith("URIs:")) {
            return line.substring("URIs:".length()).strip().split(" ")[0];
          }
          if (line.startsWith("deb ")) {
            return line.replaceAll("\\[.*?] *", "").split(" +")[1];
          }
        }
      }
    }
    throw new TestbedException("found no Debian mirror in the sources of apt");
  }
}
