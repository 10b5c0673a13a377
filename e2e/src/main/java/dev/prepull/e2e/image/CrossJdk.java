package dev.prepull.e2e.image;

import dev.prepull.e2e.testbed.Commands;
import dev.prepull.e2e.testbed.Machine;
import dev.prepull.e2e.testbed.Packages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The modules of a JDK for machines of another kind, from which jlink makes a runtime for them. */
final class CrossJdk {

  private static final String PACKAGE = "openjdk-25-jdk-headless";

  private CrossJdk() {}

  /** The directory of its {@code jmods}; 300 MB are fetched once for each version. */
  static Path jmods(String architecture, Path work) {
    Path archive =
        Packages.download(
                DebianBase.RELEASE,
                architecture,
                List.of(PACKAGE),
                Machine.cache()
                    .resolve("debian/apt-%s-%s".formatted(DebianBase.RELEASE, architecture)))
            .getFirst();
    Path unpacked = work.resolve("jdk-" + architecture);
    try {
      Files.createDirectories(unpacked);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var _ =
        Commands.run(
            List.of(
                "/bin/sh",
                "-c",
                "dpkg-deb --fsys-tarfile \"$1\" | tar --extract --directory=\"$2\""
                    + " --wildcards './usr/lib/jvm/*/jmods'",
                "sh",
                archive.toString(),
                unpacked.toString()));
    return unpacked.resolve("usr/lib/jvm/java-25-openjdk-%s/jmods".formatted(architecture));
  }
}
