package dev.prepull.controller.kube;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.prepull.controller.signal.NodeChange;
import dev.prepull.controller.signal.NodeWriter;
import io.kubernetes.client.custom.V1Patch;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.CoreV1Event;
import io.kubernetes.client.openapi.models.V1EventSource;
import io.kubernetes.client.openapi.models.V1Node;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1ObjectReference;
import io.kubernetes.client.openapi.models.V1Taint;
import io.kubernetes.client.util.PatchUtils;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Patches Nodes, each patch bound to the Node's uid and touching nothing of others: the label by
 * its key, the condition by its type, a taint by its place in the list, provided that it is still
 * there. Thread-safe.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply">patches</a>
 */
final class NodePatches implements NodeWriter {

  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int UNPROCESSABLE = 422;

  /** Where Events on objects without a namespace are. */
  private static final String EVENT_NAMESPACE = "default";

  private static final String COMPONENT = "prepull-controller";

  private static final Logger log = LoggerFactory.getLogger(NodePatches.class);

  private final ApiClient client;
  private final CoreV1Api api;
  private final Function<String, @Nullable V1Node> nodes;
  private final String taint;
  private final Supplier<Instant> now;
  private final Consumer<String> failures;

  /**
   * Patches through that client.
   *
   * @param nodes finds a Node as it was seen last; null when it is gone
   * @param taint key of the startup taint
   * @param failures is told each failed request
   */
  NodePatches(
      ApiClient client,
      Function<String, @Nullable V1Node> nodes,
      String taint,
      Supplier<Instant> now,
      Consumer<String> failures) {
    this.client = client;
    this.api = new CoreV1Api(client);
    this.nodes = nodes;
    this.taint = taint;
    this.now = now;
    this.failures = failures;
  }

  @Override
  public Outcome write(NodeChange change) {
    try {
      return switch (change) {
        case NodeChange.Label label -> patchLabel(label);
        case NodeChange.Condition condition -> patchCondition(condition);
        case NodeChange.Untaint untaint -> untaint(untaint);
      };
    } catch (ApiException e) {
      return switch (e.getCode()) {
        case NOT_FOUND, CONFLICT, UNPROCESSABLE -> {
          log.atDebug()
              .addKeyValue("node", change.node())
              .log("Not written: {}", KubeFailures.describe(e));
          yield new Outcome.Outdated();
        }
        default -> {
          failures.accept("patch Node " + change.signal().word());
          yield new Outcome.Refused(failure(change, e));
        }
      };
    }
  }

  /** The same words for every Node, so that they are logged once. */
  private static String failure(NodeChange change, ApiException e) {
    String component =
        switch (change.signal()) {
          case LABEL -> "node-label";
          case CONDITION -> "node-condition";
          case TAINT -> "startup-taint";
        };
    return e.getCode() == FORBIDDEN
        ? "Tried to write the %s of Nodes but the API server forbids it (403). Add manifests/components/%s, which has the right, or take the flag away."
            .formatted(change.signal().word(), component)
        : "Tried to write the %s of a Node but failed: %s. %s"
            .formatted(change.signal().word(), KubeFailures.describe(e), KubeFailures.advice(e));
  }

  private Outcome patchLabel(NodeChange.Label change) throws ApiException {
    JsonObject labels = new JsonObject();
    labels.addProperty(KubeObjects.READY_LABEL, String.valueOf(change.ready()));
    JsonObject patch = patchOf(change);
    patch.getAsJsonObject("metadata").add("labels", labels);
    return patch(change, patch.toString(), V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH);
  }

  private Outcome patchCondition(NodeChange.Condition change) throws ApiException {
    String time = now.get().truncatedTo(ChronoUnit.SECONDS).toString();
    JsonObject condition = new JsonObject();
    condition.addProperty("type", KubeObjects.CONDITION);
    condition.addProperty("status", change.held() ? "True" : "False");
    condition.addProperty("reason", change.held() ? "PlanHeld" : "ImagesMissing");
    condition.addProperty(
        "message",
        change.held()
            ? "The node holds every image of its plan."
            : "Images of the node's plan are missing: see ConfigMap prepull-status.");
    condition.addProperty("lastTransitionTime", time);
    condition.addProperty("lastHeartbeatTime", time);
    JsonArray conditions = new JsonArray();
    conditions.add(condition);
    JsonObject status = new JsonObject();
    status.add("conditions", conditions);
    JsonObject patch = patchOf(change);
    patch.add("status", status);
    return patchStatus(change, patch.toString());
  }

  private static JsonObject patchOf(NodeChange change) {
    JsonObject metadata = new JsonObject();
    metadata.addProperty("uid", change.uid());
    JsonObject patch = new JsonObject();
    patch.add("metadata", metadata);
    return patch;
  }

  private Outcome untaint(NodeChange.Untaint change) throws ApiException {
    V1Node node = nodes.apply(change.node().value());
    JsonArray patch = new JsonArray();
    patch.add(operation("test", "/metadata/uid", change.uid()));
    List<V1Taint> taints = node == null ? List.of() : KubeObjects.taints(node);
    // From the end: what is removed moves nothing that is still to be removed.
    for (int i = taints.size() - 1; i >= 0; i--) {
      if (taints.get(i).getKey().equals(taint)) {
        patch.add(operation("test", "/spec/taints/%d/key".formatted(i), taint));
        patch.add(operation("remove", "/spec/taints/" + i, null));
      }
    }
    if (patch.size() == 1) {
      return new Outcome.Outdated();
    }
    Outcome outcome = patch(change, patch.toString(), V1Patch.PATCH_FORMAT_JSON_PATCH);
    if (change.timedOut()) {
      tellTimeout(change);
    }
    return outcome;
  }

  private static JsonObject operation(String name, String path, @Nullable String value) {
    JsonObject operation = new JsonObject();
    operation.addProperty("op", name);
    operation.addProperty("path", path);
    if (value != null) {
      operation.addProperty("value", value);
    }
    return operation;
  }

  private Outcome patch(NodeChange change, String body, String format) throws ApiException {
    var _ =
        PatchUtils.patch(
            V1Node.class,
            () -> api.patchNode(change.node().value(), new V1Patch(body)).buildCall(null),
            format,
            client);
    return new Outcome.Written();
  }

  private Outcome patchStatus(NodeChange change, String body) throws ApiException {
    var _ =
        PatchUtils.patch(
            V1Node.class,
            () -> api.patchNodeStatus(change.node().value(), new V1Patch(body)).buildCall(null),
            V1Patch.PATCH_FORMAT_STRATEGIC_MERGE_PATCH,
            client);
    return new Outcome.Written();
  }

  /** An Event is news: one that cannot be written is logged, and nothing else is lost. */
  private void tellTimeout(NodeChange.Untaint change) {
    OffsetDateTime at = now.get().atOffset(ZoneOffset.UTC);
    CoreV1Event event =
        new CoreV1Event()
            .apiVersion("v1")
            .kind("Event")
            .metadata(
                new V1ObjectMeta()
                    .namespace(EVENT_NAMESPACE)
                    .generateName(change.node().value() + "."))
            .involvedObject(
                new V1ObjectReference()
                    .apiVersion("v1")
                    .kind("Node")
                    .name(change.node().value())
                    .uid(change.uid()))
            .reason("PrePullTimeout")
            .message(
                "Startup taint %s was removed after --startup-taint-timeout although images of the node's plan are missing, or its agent is."
                    .formatted(taint))
            .type("Warning")
            .count(1)
            .firstTimestamp(at)
            .lastTimestamp(at)
            .source(new V1EventSource().component(COMPONENT))
            .reportingComponent(COMPONENT)
            .reportingInstance(COMPONENT);
    try {
      var _ = api.createNamespacedEvent(EVENT_NAMESPACE, event).execute();
    } catch (ApiException e) {
      failures.accept("write Event");
      log.atWarn()
          .addKeyValue("node", change.node())
          .log(
              "Tried to write an Event on a Node but failed: {}. {}",
              KubeFailures.describe(e),
              KubeFailures.advice(e));
    }
  }
}
