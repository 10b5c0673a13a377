package dev.prepull.agent.link;

import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcHeaderNames;
import io.vertx.grpc.common.GrpcStatus;
import java.net.ConnectException;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.util.Objects;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says why an attach failed or a stream ended, in words that an operator can act on. */
final class Reasons {

  private Reasons() {}

  static String of(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      switch (cause) {
        case CertificateException certificate -> {
          return "the controller's certificate is not trusted (%s); check --ca-file and the host name"
              .formatted(certificate.getMessage());
        }
        case ConnectException refused -> {
          return String.valueOf(refused.getMessage());
        }
        case UnknownHostException unknown -> {
          return "no such host: " + unknown.getMessage();
        }
        default -> {
          // the cause below may say more
        }
      }
    }
    return failure instanceof SSLException
        ? "TLS failed: " + failure.getMessage()
        : String.valueOf(failure.getMessage());
  }

  /** Why the controller ended a stream, in its own words. */
  static String ofEnd(GrpcClientResponse<?, ?> response) {
    GrpcStatus status = response.status();
    return status == null || status == GrpcStatus.OK
        ? "the controller ended the stream"
        : status.name() + ": " + Objects.requireNonNullElse(message(response), "no reason given");
  }

  /** Vert.x looks for the message among the headers alone, where a refusal at the door puts it. */
  private static @Nullable String message(GrpcClientResponse<?, ?> response) {
    String inHeaders = response.statusMessage();
    String inTrailers = response.trailers().get(GrpcHeaderNames.GRPC_MESSAGE);
    return inHeaders != null || inTrailers == null ? inHeaders : decoded(inTrailers);
  }

  /** Undoes gRPC's percent-encoding, in which a plus is a plus. */
  private static String decoded(String message) {
    try {
      return URLDecoder.decode(message.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      return message;
    }
  }
}
