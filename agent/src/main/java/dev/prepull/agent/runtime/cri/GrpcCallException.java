package dev.prepull.agent.runtime.cri;

import io.vertx.grpc.common.GrpcStatus;

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

  @SuppressWarnings("NullAway") // a Throwable's cause may be null; the JDK carries no annotations
  GrpcCallException(GrpcStatus code, String text, @org.jspecify.annotations.Nullable Throwable cause) {
    super(code + ": " + oneLine(text), cause);
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
