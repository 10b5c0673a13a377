package dev.prepull.controller.kube;

import com.google.gson.JsonParseException;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1Status;

/** Says in one line why the API server did not do something. */
final class KubeFailures {

  private static final int MAX_MESSAGE = 300;

  private KubeFailures() {}

  /** The status and the server's own message, or the cause where there was no answer. */
  static String describe(Throwable failure) {
    if (failure instanceof ApiException e && e.getCode() > 0) {
      return "%d %s".formatted(e.getCode(), message(e));
    }
    Throwable root = failure;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }

  /** What the operator can do about it. */
  static String advice(Throwable failure) {
    int code = failure instanceof ApiException e ? e.getCode() : 0;
    return switch (code) {
      case 0 -> "Check the server's address and that it can be reached.";
      case 401 -> "Check the credentials: the API server does not know this client.";
      case 403 -> "Check the RBAC rules of the controller's ServiceAccount (manifests/base).";
      case 404 -> "Check that the namespace exists.";
      default -> "Look at the API server's own log.";
    };
  }

  private static String message(ApiException e) {
    String body = e.getResponseBody() == null ? "" : e.getResponseBody();
    String text = body.isBlank() ? String.valueOf(e.getMessage()) : statusMessage(body);
    String line = String.join(" ", text.lines().map(String::strip).toList());
    return line.length() > MAX_MESSAGE ? line.substring(0, MAX_MESSAGE) + "…" : line;
  }

  /** A proxy in between answers with something else than a Status. */
  private static String statusMessage(String body) {
    try {
      V1Status status = JSON.deserialize(body, V1Status.class);
      return status.getMessage() == null ? body : status.getMessage();
    } catch (JsonParseException | ClassCastException e) {
      return body;
    }
  }
}
