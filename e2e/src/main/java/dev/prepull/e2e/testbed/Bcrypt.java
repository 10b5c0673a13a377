package dev.prepull.e2e.testbed;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Hashes passwords as docker-registry wants them, by the system's crypt. */
final class Bcrypt {

  private Bcrypt() {}

  static String hash(String password) {
    return Commands.run(
        List.of("perl", "-e", "print crypt($ENV{PASSWORD}, '$2b$05$abcdefghijklmnopqrstuu')"),
        Map.of("PASSWORD", password),
        Path.of(""));
  }
}
