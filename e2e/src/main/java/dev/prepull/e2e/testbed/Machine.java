package dev.prepull.e2e.testbed;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** This machine, as the testbed finds it. */
public final class Machine {

  /** Its architecture in Go's words. */
  public static final String ARCHITECTURE =
      System.getProperty("os.arch", "").equals("aarch64") ? "arm64" : "amd64";

  private Machine() {}

  /** The root of the working tree. */
  public static Path sources() {
    Path here = Path.of("").toAbsolutePath();
    for (Path at = here; at != null; at = at.getParent()) {
      if (Files.exists(at.resolve("hack")) && Files.exists(at.resolve("agent/pom.xml"))) {
        return at;
      }
    }
    throw new TestbedException(here + " is not inside PrePull's working tree");
  }

  /**
   * Where downloads and builds are kept between runs. It follows {@code HOME} as the scripts do;
   * Java's own notion of a home is the password file's.
   */
  public static Path cache() {
    String base = Objects.requireNonNullElse(System.getenv("XDG_CACHE_HOME"), "");
    String home = Objects.requireNonNullElse(System.getenv("HOME"), "");
    Path cache = base.isEmpty() ? home(home).resolve(".cache") : Path.of(base);
    return cache.resolve("prepull");
  }

  private static Path home(String fromEnvironment) {
    return Path.of(
        fromEnvironment.isEmpty()
            ? Objects.requireNonNull(System.getProperty("user.home"))
            : fromEnvironment);
  }

  /** A Go compiler: one that is there, else the one that {@code hack/control-plane.sh} fetched. */
  static Path go() {
    return Stream.concat(
            Pattern.compile(":")
                .splitAsStream(Objects.requireNonNullElse(System.getenv("PATH"), ""))
                .map(Path::of),
            Stream.of(Path.of("/usr/local/go/bin"), cache().resolve("go/bin")))
        .map(directory -> directory.resolve("go"))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () -> new TestbedException("there is no Go; install it, or run hack/control-plane.sh"));
  }

  /** The Java that runs this. */
  public static String java() {
    return Path.of(Objects.requireNonNull(System.getProperty("java.home")), "bin", "java")
        .toString();
  }
}
