package dev.prepull.agent.credentials;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** Shell scripts that stand for programs of the node. */
final class Scripts {

  private Scripts() {}

  /** Writes a script that can be run. */
  static Path write(Path file, String body) throws IOException {
    Files.createDirectories(file.getParent());
    // Renamed into its place, so that it is never run while it is still open for writing.
    Path next = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(next, "#!/bin/sh\n" + body);
    Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rwxr-xr-x"));
    return Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
  }
}
