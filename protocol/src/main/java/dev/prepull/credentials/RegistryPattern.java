package dev.prepull.credentials;

import dev.prepull.model.ImageReference;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * For which images a credential is meant, by the kubelet's rules: globs in each dotted part of the
 * host, the same number of parts, the same port, and a path that the image's path begins with. The
 * path is compared as text: {@code reg.example/team} also fits {@code reg.example/teams/app}.
 *
 * @see <a
 *     href="https://github.com/kubernetes/kubernetes/blob/master/pkg/credentialprovider/keyring.go">
 *     URLsMatch of the kubelet</a>
 */
public final class RegistryPattern {

  private static final Pattern SCHEME = Pattern.compile("^https?://");
  private static final Pattern API_VERSION = Pattern.compile("^/v[12](?=/|$)");
  private static final Pattern USER = Pattern.compile("^[^/]*@");
  private static final Pattern HOST =
      Pattern.compile("\\[[a-fA-F0-9:]+]|(?:[a-zA-Z0-9_.*-]|\\[\\^?[a-zA-Z0-9_-]+])+");
  private static final Pattern PORT = Pattern.compile("\\d{0,5}");

  private final Location location;
  private final List<Pattern> hostGlobs;

  private RegistryPattern(Location location) {
    this.location = location;
    hostGlobs = location.hostParts().stream().map(RegistryPattern::glob).toList();
  }

  /**
   * Reads a key of a docker config or an entry of {@code matchImages}. A scheme and a user are
   * dropped, and so are {@code /v1/} and {@code /v2/}, which stand for the host alone.
   *
   * @throws IllegalArgumentException when it names no host; the message says what is expected
   */
  public static RegistryPattern parse(String key) {
    String text = SCHEME.matcher(key).replaceFirst("");
    int end = (int) text.chars().takeWhile(c -> c != '?' && c != '#').count();
    Location location = Location.of(USER.matcher(text.substring(0, end)).replaceFirst(""));
    String path = API_VERSION.matcher(location.path()).replaceFirst("");
    try {
      if (HOST.matcher(location.host()).matches()
          && PORT.matcher(location.port()).matches()
          && !path.startsWith("//")) {
        return new RegistryPattern(
            new Location(location.host(), location.port(), path.equals("/") ? "" : path));
      }
    } catch (PatternSyntaxException e) {
      // said below: a range such as [z-a]
    }
    throw new IllegalArgumentException(
        "names no registry; expected [https://]HOST[:PORT][/PATH], with * only in HOST");
  }

  /** Whether it is meant for that image. */
  public boolean matches(ImageReference image) {
    return matches(image.name());
  }

  /**
   * Whether it is meant for what lies there.
   *
   * @param name registry and repository, without tag and digest
   */
  boolean matches(String name) {
    Location target = Location.of(name);
    List<String> parts = target.hostParts();
    if (!location.port().equals(target.port())
        || parts.size() != hostGlobs.size()
        || !target.path().startsWith(location.path())) {
      return false;
    }
    for (int i = 0; i < parts.size(); i++) {
      if (!hostGlobs.get(i).matcher(parts.get(i)).matches()) {
        return false;
      }
    }
    return true;
  }

  /** The host, as it is written. */
  String host() {
    return location.host();
  }

  /** The port; empty when none is named. */
  String port() {
    return location.port();
  }

  /** The path, beginning with a slash, or the empty string. */
  String path() {
    return location.path();
  }

  /** Host, port and path without a scheme; what credentials are sorted by. */
  public String key() {
    return location.toString();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RegistryPattern that && location.equals(that.location);
  }

  @Override
  public int hashCode() {
    return location.hashCode();
  }

  @Override
  public String toString() {
    return key();
  }

  /**
   * Go's filepath.Match, as far as a host can have its characters; an IPv6 address has no globs.
   */
  private static Pattern glob(String part) {
    if (part.contains(":")) {
      return Pattern.compile(Pattern.quote(part));
    }
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      if (c == '*') {
        regex.append(".*");
      } else if (c == '[') {
        int end = part.indexOf(']', i) + 1;
        regex.append(part, i, end);
        i = end - 1;
      } else {
        regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex.toString());
  }

  /** A place of the form {@code host[:port][/path]}. */
  private record Location(String host, String port, String path) {

    static Location of(String text) {
      int slash = text.indexOf('/');
      String authority = slash < 0 ? text : text.substring(0, slash);
      String path = slash < 0 ? "" : text.substring(slash);
      int colon = authority.lastIndexOf(':');
      return colon < 0 || authority.endsWith("]")
          ? new Location(authority, "", path)
          : new Location(authority.substring(0, colon), authority.substring(colon + 1), path);
    }

    List<String> hostParts() {
      return List.of(host.split("\\.", -1));
    }

    @Override
    public String toString() {
      return host + (port.isEmpty() ? "" : ":" + port) + path;
    }
  }
}
