package dev.prepull.agent.runtime.cri;

import io.vertx.grpc.common.GrpcStatus;
import org.jspecify.annotations.Nullable;

/** A gRPC call that did not end with OK: the status code and the message that came with it. */
final class GrpcCallException extends Exception {

  private static final long serialVersionUID = 1L;

  private final GrpcStatus code;
  private final String text;

  /**
   * Keeps code and text; line breaks in the text become spaces.
   *
   * @param code the server's code, or UNAVAILABLE and DEADLINE_EXCEEDED when no answer came
   */
  GrpcCallException(GrpcStatus code, String text) {
    this(code, text, null);
  }

  /** Keeps code and text, and what they were made from. */
  GrpcCallException(GrpcStatus code, String text, @Nullable Throwable cause) {
    super(code.name() + ": " + oneLine(text), cause);
    this.code = code;
    this.text = oneLine(text);
  }

  GrpcStatus code() {
    return code;
  }

  /** The server's own words, on one line. */
  String text() {
    return text;
  }

  private static String oneLine(String text) {
    return text.strip().replaceAll("\\s*[\\r\\n]+\\s*", " ");
  }
}
