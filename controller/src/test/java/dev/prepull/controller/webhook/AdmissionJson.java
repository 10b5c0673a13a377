package dev.prepull.controller.webhook;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prepull.controller.list.RawList;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** AdmissionReviews as an API server of version 1.34 writes them, but for what nobody reads. */
final class AdmissionJson {

  static final String NAMESPACE = "prepull-system";
  static final String UID = "705ab4f5-6393-11e8-b7cc-42010a800002";
  static final Map<String, String> LIST = Map.of(RawList.LABEL, RawList.LABEL_VALUE);

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private AdmissionJson() {}

  static ObjectNode review(String operation) {
    ObjectNode review =
        MAPPER
            .createObjectNode()
            .put("kind", "AdmissionReview")
            .put("apiVersion", "admission.k8s.io/v1");
    ObjectNode request = review.putObject("request").put("uid", UID);
    request.putObject("kind").put("group", "").put("version", "v1").put("kind", "ConfigMap");
    request.put("namespace", NAMESPACE).put("operation", operation).put("dryRun", false);
    request.putNull("object").putNull("oldObject");
    return review;
  }

  static ObjectNode create(ObjectNode configMap) {
    return with(review("CREATE"), "object", configMap);
  }

  static ObjectNode update(ObjectNode before, ObjectNode now) {
    return with(with(review("UPDATE"), "oldObject", before), "object", now);
  }

  static ObjectNode delete(ObjectNode before) {
    return with(review("DELETE"), "oldObject", before);
  }

  private static ObjectNode with(ObjectNode review, String field, ObjectNode configMap) {
    ObjectNode request = (ObjectNode) review.get("request");
    request.set("name", configMap.at("/metadata/name"));
    request.set(field, configMap);
    return review;
  }

  static ObjectNode configMap(RawList content, Map<String, String> labels) {
    ObjectNode object = MAPPER.createObjectNode().put("kind", "ConfigMap").put("apiVersion", "v1");
    ObjectNode metadata = object.putObject("metadata").put("name", content.name());
    metadata.put("namespace", NAMESPACE).set("labels", MAPPER.valueToTree(labels));
    if (!content.data().isEmpty()) {
      object.set("data", MAPPER.valueToTree(content.data()));
    }
    if (!content.binaryKeys().isEmpty()) {
      ObjectNode binary = object.putObject("binaryData");
      content.binaryKeys().forEach(key -> binary.put(key, "AAE="));
    }
    return object;
  }

  static byte[] bytes(ObjectNode review) {
    return review.toString().getBytes(StandardCharsets.UTF_8);
  }
}
