package dev.prepull.e2e.image;

import dev.prepull.e2e.testbed.Commands;
import dev.prepull.e2e.testbed.Packages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The smallest root filesystem that a Java program needs, from Debian's packages: the C library,
 * what a JDK's libraries ask of it, and the CAs that programs of the node may look for. No shell.
 */
final class DebianBase {

  static final String RELEASE = "trixie";

  private static final List<String> PACKAGES =
      List.of("base-files", "libc6", "libgcc-s1", "libstdc++6", "zlib1g", "ca-certificates");

  /** Of no use to a program that is not looked at by people. */
  private static final List<String> DROPPED =
      List.of(
          "usr/share/man",
          "usr/share/info",
          "usr/share/locale",
          "usr/share/lintian",
          "usr/share/bug",
          "usr/share/gdb",
          "usr/share/gcc",
          "usr/sbin",
          "usr/bin",
          "etc/update-motd.d");

  private static final Map<String, String> FILES =
      Map.of(
          "etc/passwd",
          """
          root:x:0:0:root:/:/sbin/nologin
          nonroot:x:65532:65532:nonroot:/:/sbin/nologin
          """,
          "etc/group",
          """
          root:x:0:
          nonroot:x:65532:
          """,
          "etc/nsswitch.conf",
          """
          passwd: files
          group: files
          hosts: files dns
          """);

  private DebianBase() {}

  /** Makes it anew in that directory. */
  static void make(Path root, String architecture) {
    var _ = Commands.run(List.of("rm", "-rf", root.toString()));
    try {
      Files.createDirectories(root);
      for (Path archive :
          Packages.download(RELEASE, architecture, PACKAGES, root.resolveSibling("packages"))) {
        unpack(archive, root);
      }
      for (String dropped : DROPPED) {
        var _ = Commands.run(List.of("rm", "-rf", root.resolve(dropped).toString()));
      }
      dropDocuments(root);
      for (Map.Entry<String, String> file : FILES.entrySet()) {
        Files.writeString(root.resolve(file.getKey()), file.getValue());
      }
      collectAuthorities(root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Scanners for known weaknesses look for packages in {@code status.d} where dpkg is not there.
   */
  private static void unpack(Path archive, Path root) throws IOException {
    var _ = Commands.run(List.of("dpkg-deb", "--extract", archive.toString(), root.toString()));
    Path known = Files.createDirectories(root.resolve("var/lib/dpkg/status.d"));
    String name = String.valueOf(archive.getFileName()).split("_", 2)[0];
    Files.writeString(
        known.resolve(name), Commands.run(List.of("dpkg-deb", "--field", archive.toString())));
  }

  /** Keeps the licences, and drops conversion tables of the C library for other character sets. */
  private static void dropDocuments(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root.resolve("usr"))) {
      for (Path file : files.toList()) {
        boolean document =
            file.startsWith(root.resolve("usr/share/doc"))
                && !Files.isDirectory(file)
                && !file.endsWith("copyright");
        if (document || file.endsWith("gconv")) {
          var _ = Commands.run(List.of("rm", "-rf", file.toString()));
        }
      }
    }
  }

  /** What Debian's update-ca-certificates would write. */
  private static void collectAuthorities(Path root) throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.list(root.resolve("usr/share/ca-certificates/mozilla"))) {
      for (Path file : files.sorted().toList()) {
        all.append(Files.readString(file));
      }
    }
    Files.writeString(
        Files.createDirectories(root.resolve("etc/ssl/certs")).resolve("ca-certificates.crt"), all);
  }
}
