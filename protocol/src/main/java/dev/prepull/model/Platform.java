package dev.prepull.model;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An operating system and a CPU architecture in Go's words, such as {@code linux/arm64/v8}.
 *
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/image-index.md">OCI
 *     image-spec, platform</a>
 */
public record Platform(String os, String architecture, @Nullable String variant)
    implements Comparable<Platform> {

  /**
   * Reads {@code os/architecture[/variant]}.
   *
   * @throws IllegalArgumentException when it has another form
   */
  public static Platform parse(String text) {
    String[] parts = text.split("/", -1);
    boolean wellFormed = parts.length == 2 || parts.length == 3;
    for (String part : parts) {
      wellFormed &= part.matches("[a-z0-9]+");
    }
    if (!wellFormed) {
      throw new IllegalArgumentException(
          "\"%s\" is not a platform: expected os/architecture, such as linux/amd64"
              .formatted(text));
    }
    return new Platform(parts[0], parts[1], parts.length == 3 ? parts[2] : null);
  }

  /** The platform of the machine this runs on. */
  public static Platform ofThisMachine() {
    String arch = System.getProperty("os.arch", "");
    return new Platform(
        System.getProperty("os.name", "").toLowerCase(Locale.ROOT),
        switch (arch) {
          case "x86_64" -> "amd64";
          case "aarch64" -> "arm64";
          default -> arch;
        },
        null);
  }

  /** True when a node of this platform is meant by {@code wanted}; an absent variant means any. */
  public boolean isA(Platform wanted) {
    return os.equals(wanted.os)
        && architecture.equals(wanted.architecture)
        && (wanted.variant == null || wanted.variant.equals(variant));
  }

  @Override
  public int compareTo(Platform other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return os + "/" + architecture + (variant == null ? "" : "/" + variant);
  }
}
