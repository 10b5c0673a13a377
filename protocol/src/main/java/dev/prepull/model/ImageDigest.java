package dev.prepull.model;

import java.util.Map;
import java.util.regex.Pattern;

/**
 * A content digest, {@code algorithm:hex}, of one of the algorithms that the OCI image
 * specification registers.
 *
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests">OCI
 *     image-spec, digests</a>
 */
public record ImageDigest(String value) implements Comparable<ImageDigest> {

  private static final Map<String, Integer> HEX_LENGTHS =
      Map.of("sha256", 64, "sha384", 96, "sha512", 128);
  private static final Pattern LOWER_HEX = Pattern.compile("[a-f0-9]+");

  /**
   * Checks the value.
   *
   * @throws IllegalArgumentException when the value is no registered digest; the message says why
   */
  public ImageDigest {
    int colon = value.indexOf(':');
    String algorithm = colon < 0 ? value : value.substring(0, colon);
    Integer length = HEX_LENGTHS.get(algorithm);
    if (colon < 0 || length == null) {
      throw new IllegalArgumentException(
          "\"%s\" is not a digest: expected sha256:<64 hex digits>".formatted(value));
    }
    String hex = value.substring(colon + 1);
    if (hex.length() != length || !LOWER_HEX.matcher(hex).matches()) {
      throw new IllegalArgumentException(
          "\"%s\" is not a digest: %s takes %d lower-case hex digits"
              .formatted(value, algorithm, length));
    }
  }

  @Override
  public int compareTo(ImageDigest other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
