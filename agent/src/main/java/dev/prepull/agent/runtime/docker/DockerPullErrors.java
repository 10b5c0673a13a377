package dev.prepull.agent.runtime.docker;

import dev.prepull.model.PullReason;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Turns what Docker Engine says of a failed pull into a reason. Docker has few status codes and
 * puts errors into the stream of a successful answer, so the text decides; the first row that fits
 * wins. Measured on 20.10 and 28.5, which has other words where it leaves images to containerd.
 */
final class DockerPullErrors {

  private record Row(PullReason reason, List<String> texts) {
    Row(PullReason reason, String... texts) {
      this(reason, List.of(texts));
    }
  }

  /** Names and addresses that come from users could contain any of the words looked for. */
  private static final Pattern NAMES =
      Pattern.compile(
          "https?://[^\\s\"]*[^\\s\":]|(?<=(?:manifest|access denied) for )\\S+"
              + "|(?<=reference )\"(?<name>[^\"]*)\"(?:: \\k<name>(?=:))?");

  private static final int BAD_REQUEST = 400;
  private static final int UNAUTHORIZED = 401;
  private static final int NOT_FOUND = 404;
  private static final int TOO_MANY_REQUESTS = 429;

  private static final List<Row> TABLE =
      List.of(
          new Row(PullReason.DISK_PRESSURE, "no space left on device"),
          new Row(
              PullReason.NO_MATCHING_PLATFORM,
              "no matching manifest for",
              "does not match the specified platform",
              "no match for platform"),
          new Row(
              PullReason.UNAUTHORIZED,
              "pull access denied",
              "no basic auth credentials",
              "unauthorized:",
              "authentication required",
              "incorrect username or password",
              "denied: requested access",
              ": denied",
              "401 unauthorized",
              "403 forbidden",
              "request to : 401",
              "request to : 403",
              "parsing http 401 response",
              "parsing http 403 response",
              "insufficient_scope"),
          new Row(
              PullReason.RATE_LIMITED,
              "toomanyrequests",
              "too many requests",
              "429 ",
              "request to : 429"),
          new Row(
              PullReason.NOT_FOUND,
              "manifest unknown",
              "name unknown",
              "repository name not known",
              "parsing http 404 response",
              "request to : 404",
              "unknown blob",
              "blob unknown",
              ": not found"),
          new Row(
              PullReason.CORRUPT_IMAGE,
              "filesystem layer verification failed",
              "manifest verification failed",
              "error unmarshalling content",
              "unexpected commit digest",
              "digest mismatch"),
          new Row(PullReason.INVALID_IMAGE_NAME, "invalid reference format"),
          new Row(
              PullReason.REGISTRY_UNAVAILABLE,
              "connection refused",
              "no such host",
              "connection reset",
              "i/o timeout",
              "tls handshake timeout",
              "network is unreachable",
              "no route to host",
              "x509:",
              "certificate",
              "server gave http response to https client",
              "received unexpected http status: 5",
              "parsing http 5",
              "request to : 5",
              "internal server error",
              "bad gateway",
              "service unavailable",
              "gateway timeout",
              "client.timeout exceeded",
              "context deadline exceeded",
              ": eof",
              "unexpected eof"));

  private DockerPullErrors() {}

  /**
   * The reason for a message.
   *
   * @param status the HTTP status; 200 for an error inside the stream
   */
  static PullReason reason(int status, String message) {
    String text = NAMES.matcher(message).replaceAll("").toLowerCase(Locale.ROOT);
    for (Row row : TABLE) {
      if (row.texts().stream().anyMatch(text::contains)) {
        return row.reason();
      }
    }
    return switch (status) {
      case BAD_REQUEST -> PullReason.INVALID_IMAGE_NAME;
      case UNAUTHORIZED -> PullReason.UNAUTHORIZED;
      case NOT_FOUND -> PullReason.NOT_FOUND;
      case TOO_MANY_REQUESTS -> PullReason.RATE_LIMITED;
      default -> PullReason.ERR_IMAGE_PULL;
    };
  }
}
