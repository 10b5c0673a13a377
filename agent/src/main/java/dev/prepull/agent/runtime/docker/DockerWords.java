package dev.prepull.agent.runtime.docker;

import com.github.dockerjava.api.exception.DockerException;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.FileNotFoundException;

/** Says in one line why a call failed. */
final class DockerWords {

  private DockerWords() {}

  /** Docker's own words, without docker-java's frame around them. */
  static String of(DockerException refusal) {
    String text = String.valueOf(refusal.getMessage());
    int start = text.indexOf('{');
    try {
      String words = start < 0 ? null : new JsonObject(text.substring(start)).getString("message");
      return oneLine(words == null ? text : words);
    } catch (DecodeException | ClassCastException _) {
      return oneLine(text);
    }
  }

  /** What lies at the bottom of a failure. */
  static String ofCause(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof FileNotFoundException) {
      return "there is no such file";
    }
    String message = cause.getMessage();
    String type = cause.getClass().getSimpleName();
    return oneLine(message == null ? type : type + ": " + message);
  }

  /** The text with its line ends taken out. */
  static String oneLine(String text) {
    return String.join(" ", text.lines().map(String::strip).toList());
  }
}
