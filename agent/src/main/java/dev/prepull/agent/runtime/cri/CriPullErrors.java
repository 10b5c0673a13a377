package dev.prepull.agent.runtime.cri;

import dev.prepull.model.PullReason;
import io.vertx.grpc.common.GrpcStatus;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the failures of {@code PullImage} mean. Containerd and CRI-O put nearly everything under
 * UNKNOWN, so the text decides; the first rule that fits counts.
 */
final class CriPullErrors {

  /** A meaning of all texts in which the pattern is found, under any code or one of these. */
  private record Rule(PullReason reason, Set<GrpcStatus> codes, Pattern pattern) {

    boolean fits(GrpcStatus code, String text) {
      return codes.contains(code) && pattern.matcher(text).find();
    }
  }

  /** Names and addresses that come from users could contain any of the words looked for. */
  private static final Pattern NAMES =
      Pattern.compile("image \"[^\"]*\"|reference \"[^\"]*\"|https?://[^\\s\"]*[^\\s\":]");

  private static final Set<GrpcStatus> ANY = EnumSet.allOf(GrpcStatus.class);

  private static final List<Rule> RULES =
      List.of(
          // Answers that never come from a registry. A pull's own failures name the pull.
          rule(
              PullReason.RUNTIME_UNAVAILABLE,
              EnumSet.of(GrpcStatus.UNAVAILABLE, GrpcStatus.UNIMPLEMENTED),
              "^(?!failed to pull|RegistryUnavailable)"),
          rule(PullReason.RUNTIME_UNAVAILABLE, "^server is not initialized yet"),
          // Before everything that a full disk may look like.
          rule(PullReason.DISK_PRESSURE, "no space left on device|disk quota exceeded"),
          rule(
              PullReason.CORRUPT_IMAGE,
              "unexpected commit digest|Digest did not match|does not match registry digest"
                  + "|digest verification failed|failed size validation|short read: expected"
                  + "|failed to read expected number of bytes|wrong diff id|mismatched image rootfs"
                  + "|gzip: invalid header|invalid tar header|invalid checksum"),
          rule(
              PullReason.RATE_LIMITED,
              "429 Too Many Requests|toomanyrequests|too many requests|rate limit|"
                  + answered("429")),
          // Before NOT_FOUND, whose code it carries.
          rule(
              PullReason.NO_MATCHING_PLATFORM,
              "no match for platform|no image found in (?:image index|manifest list)"
                  + "|no matching manifest for"),
          // Containerd's own housekeeping went wrong: a snapshot or blob vanished while unpacking.
          rule(
              PullReason.ERR_IMAGE_PULL,
              EnumSet.of(GrpcStatus.NOT_FOUND),
              "failed to extract layer|snapshot"),
          // Before NOT_FOUND: many registries hide what one may not see.
          rule(
              PullReason.UNAUTHORIZED,
              "401 Unauthorized|403 Forbidden|pull access denied|insufficient_scope"
                  + "|no basic auth credentials|authentication required|(?:^|[ :])unauthorized: "
                  + "|(?:^|[ :])denied: |access to the resource is denied|invalid username/password"
                  + "|illegal base64 data|incorrect username or password|"
                  + answered("40[13]")),
          rule(
              PullReason.INVALID_IMAGE_NAME,
              "failed to parse image reference|invalid reference format"
                  + "|repository name must be (?:lowercase|canonical)"
                  + "|short-name .* did not resolve|unqualified-search registries"),
          rule(PullReason.NOT_FOUND, EnumSet.of(GrpcStatus.NOT_FOUND), ""),
          rule(
              PullReason.NOT_FOUND,
              "manifest unknown|name unknown|blob unknown|404 \\(?Not Found"
                  + "|repository .* not found|"
                  + answered("404")),
          rule(
              PullReason.TIMEOUT,
              EnumSet.of(GrpcStatus.CANCELLED, GrpcStatus.DEADLINE_EXCEEDED),
              ""),
          rule(
              PullReason.REGISTRY_UNAVAILABLE,
              "^RegistryUnavailable|failed to do request|pinging container registry"
                  + "|connection refused|connection reset|connection timed out|no such host"
                  + "|i/o timeout|TLS handshake timeout|Client\\.Timeout exceeded|x509: |tls: "
                  + "|network is unreachable|no route to host|name resolution|EOF$"
                  + "|server gave HTTP response to HTTPS client"
                  + "|status[^\\n]*: 5\\d\\d\\b|"
                  + answered("5\\d\\d")
                  + "|: 5\\d\\d (?:Internal Server Error|Bad Gateway|Service Unavailable"
                  + "|Gateway Timeout)"),
          rule(PullReason.TIMEOUT, "context canceled|context deadline exceeded|pull timed? ?out"));

  private CriPullErrors() {}

  /** The registry answered with that status; not every server sends its words along. */
  private static String answered(String status) {
    return "(?:with status code \\[[^]]*]|request to ?|[Ss]tatus ?[Cc]ode): ?" + status + "\\b";
  }

  private static Rule rule(PullReason reason, String pattern) {
    return rule(reason, ANY, pattern);
  }

  private static Rule rule(PullReason reason, Set<GrpcStatus> codes, String pattern) {
    return new Rule(reason, codes, Pattern.compile(pattern));
  }

  /** The reason for a failure; {@link PullReason#ERR_IMAGE_PULL} when no rule fits. */
  static PullReason reason(GrpcStatus code, String text) {
    String withoutNames = NAMES.matcher(text).replaceAll("");
    return RULES.stream()
        .filter(rule -> rule.fits(code, withoutNames))
        .map(Rule::reason)
        .findFirst()
        .orElse(PullReason.ERR_IMAGE_PULL);
  }
}
