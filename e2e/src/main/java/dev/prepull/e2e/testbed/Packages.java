package dev.prepull.e2e.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Debian packages of other releases, unpacked beside the system and kept between runs. Nothing is
 * installed.
 */
public final class Packages {

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
      Path archive =
          download(
                  release,
                  Machine.ARCHITECTURE,
                  List.of(packageName),
                  target.resolveSibling("apt-" + release))
              .getFirst();
      Path unpacked = target.resolveSibling(target.getFileName() + ".part");
      Workspace.delete(unpacked);
      Commands.run(List.of("dpkg", "-x", archive.toString(), unpacked.toString()));
      Files.move(unpacked, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The newest versions of a release's packages, checked by Debian's signature; not what they
   * depend on.
   *
   * @param architecture in Debian's words, which are Go's
   * @param work where apt keeps its lists and where the archives are left
   * @return the archives, in the order of the names
   */
  public static List<Path> download(
      String release, String architecture, List<String> names, Path work) {
    try {
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
          APT::Architecture "%2$s";
          APT::Architectures "%2$s";
          Dir::Etc::SourceList "%1$s/sources.list";
          Dir::Etc::SourceParts "/dev/null";
          Dir::State::Lists "%1$s/lists";
          Dir::State::status "/dev/null";
          Dir::Cache "%1$s/cache";
          APT::Sandbox::User "root";
          Acquire::Check-Valid-Until "false";
          """
              .formatted(work, architecture));
      Map<String, String> environment = Map.of("APT_CONFIG", work.resolve("apt.conf").toString());
      Commands.run(List.of("apt-get", "-qq", "update"), environment, work);
      List<Path> archives = new ArrayList<>();
      for (String name : names) {
        archives.add(download(name, environment, work));
      }
      return archives;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is there already, and is the newest version, is not fetched again. */
  private static Path download(String name, Map<String, String> environment, Path work) {
    // 'URL' FILE SIZE HASH, but nothing for a file that is in the directory already.
    String[] found =
        Commands.run(
                List.of("apt-get", "-qq", "download", "--print-uris", name),
                environment,
                work.resolve("lists"))
            .strip()
            .split(" ");
    Path cache = work.resolve("cache");
    Commands.run(List.of("apt-get", "-qq", "download", name), environment, cache);
    return cache.resolve(found[1]);
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
