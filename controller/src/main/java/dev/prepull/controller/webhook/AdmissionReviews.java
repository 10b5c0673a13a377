package dev.prepull.controller.webhook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prepull.controller.list.RawList;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads and answers an AdmissionReview about a ConfigMap.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#request">
 *     admission.k8s.io/v1</a>
 */
final class AdmissionReviews {

  private static final String VERSION = "admission.k8s.io/v1";
  private static final String KIND = "AdmissionReview";
  private static final int UNPROCESSABLE = 422;

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private AdmissionReviews() {}

  /**
   * Reads a question.
   *
   * @throws IllegalArgumentException when it is none; says why
   */
  static AdmissionRequest read(byte[] body) {
    JsonNode review = json(body);
    check(review.isObject(), "expected a JSON object");
    check(
        VERSION.equals(review.path("apiVersion").textValue())
            && KIND.equals(review.path("kind").textValue()),
        "expected apiVersion %s and kind %s".formatted(VERSION, KIND));
    JsonNode request = review.path("request");
    String uid = text(request.path("uid"));
    check(!uid.isEmpty(), "expected request.uid");
    JsonNode kind = request.path("kind");
    check(
        text(kind.path("group")).isEmpty()
            && "v1".equals(kind.path("version").textValue())
            && "ConfigMap".equals(kind.path("kind").textValue()),
        "expected request.kind to be ConfigMap of v1; check the rules of the ValidatingWebhookConfiguration");
    return new AdmissionRequest(uid, version(request, "oldObject"), version(request, "object"));
  }

  private static JsonNode json(byte[] body) {
    try {
      return MAPPER.readTree(body);
    } catch (IOException e) {
      String why =
          e instanceof JsonProcessingException j ? j.getOriginalMessage() : String.valueOf(e);
      throw new IllegalArgumentException("expected JSON: " + why, e);
    }
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  private static @Nullable ConfigMapVersion version(JsonNode request, String field) {
    JsonNode object = request.path(field);
    if (object.isMissingNode() || object.isNull()) {
      return null;
    }
    String path = "request." + field;
    check(object.isObject(), "expected %s to be an object".formatted(path));
    JsonNode metadata = object.path("metadata");
    return new ConfigMapVersion(
        firstText(request.path("namespace"), metadata.path("namespace")),
        texts(metadata.path("labels"), path + ".metadata.labels"),
        new RawList(
            // A name that is still to be made from generateName is not known yet.
            firstText(request.path("name"), metadata.path("name"), metadata.path("generateName")),
            text(metadata.path("resourceVersion")),
            texts(object.path("data"), path + ".data"),
            names(object.path("binaryData"))));
  }

  private static String firstText(JsonNode... nodes) {
    return Stream.of(nodes)
        .map(AdmissionReviews::text)
        .filter(text -> !text.isEmpty())
        .findFirst()
        .orElse("");
  }

  /** The empty string for what is no text. */
  private static String text(JsonNode node) {
    return Objects.requireNonNullElse(node.textValue(), "");
  }

  private static Map<String, String> texts(JsonNode node, String path) {
    Map<String, String> texts = new HashMap<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String text = field.getValue().textValue();
      if (text == null) {
        throw new IllegalArgumentException(
            "expected %s to have texts alone, but %s is none".formatted(path, field.getKey()));
      }
      texts.put(field.getKey(), text);
    }
    return texts;
  }

  private static Set<String> names(JsonNode node) {
    Set<String> names = new HashSet<>();
    node.properties().forEach(field -> names.add(field.getKey()));
    return names;
  }

  /** The answer, as JSON. A refusal has a line for each problem. */
  static String answer(String uid, Verdict verdict) {
    ObjectNode review = MAPPER.createObjectNode().put("apiVersion", VERSION).put("kind", KIND);
    ObjectNode response = review.putObject("response").put("uid", uid);
    switch (verdict) {
      case Verdict.Allowed(var warnings) -> {
        response.put("allowed", true);
        if (!warnings.isEmpty()) {
          ArrayNode told = response.putArray("warnings");
          warnings.forEach(told::add);
        }
      }
      case Verdict.Refused(var problems) -> {
        response.put("allowed", false);
        response
            .putObject("status")
            .put("code", UNPROCESSABLE)
            .put("reason", "Invalid")
            .put("message", String.join("\n", problems));
      }
    }
    return review.toString();
  }
}
