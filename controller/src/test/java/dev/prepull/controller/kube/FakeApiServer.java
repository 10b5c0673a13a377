package dev.prepull.controller.kube;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Lease;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1TokenReview;
import io.kubernetes.client.openapi.models.V1TokenReviewStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Some kinds of an API server over real HTTP: get, create and replace by name in one namespace,
 * token reviews, and what is written to Nodes.
 */
final class FakeApiServer implements AutoCloseable {

  static final String NAMESPACE = "prepull-system";

  private static final int OK = 200;
  private static final int CREATED = 201;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;

  /** What is stored, by name. */
  final Map<String, V1ConfigMap> configMaps = new ConcurrentHashMap<>();

  final Map<String, V1Secret> secrets = new ConcurrentHashMap<>();
  final Map<String, V1Pod> pods = new ConcurrentHashMap<>();
  final Map<String, V1Lease> leases = new ConcurrentHashMap<>();

  /** Patches of Nodes, in order, as {@code path content-type body}. */
  final List<String> patches = new CopyOnWriteArrayList<>();

  /** Events in the namespace {@code default}, in order. */
  final List<String> events = new CopyOnWriteArrayList<>();

  /** How tokens are judged. */
  volatile Function<V1TokenReview, V1TokenReviewStatus> judge =
      review -> new V1TokenReviewStatus().authenticated(false);

  /** Answered instead of anything else unless it is 200. */
  volatile int refusal = OK;

  /** Happens before something is stored, as if another client had been faster. Once. */
  volatile Runnable meanwhile = () -> {};

  private final AtomicLong versions = new AtomicLong();
  private final HttpServer server;

  FakeApiServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    serve("configmaps", configMaps, V1ConfigMap.class);
    serve("secrets", secrets, V1Secret.class);
    serve("pods", pods, V1Pod.class);
    serve("/apis/coordination.k8s.io/v1", "leases", leases, V1Lease.class);
    server.createContext("/apis/authentication.k8s.io/v1/tokenreviews", this::review);
    server.createContext("/api/v1/nodes", this::patch);
    server.createContext(
        "/api/v1/namespaces/default/events",
        exchange -> {
          events.add(body(exchange));
          respond(exchange, CREATED, "{}");
        });
    server.start();
  }

  ApiClient client() {
    LenientJson.install();
    return new ApiClient().setBasePath("http://127.0.0.1:" + server.getAddress().getPort());
  }

  CoreV1Api api() {
    return new CoreV1Api(client());
  }

  private <T extends KubernetesObject> void serve(
      String kind, Map<String, T> objects, Class<T> type) {
    serve("/api/v1", kind, objects, type);
  }

  private <T extends KubernetesObject> void serve(
      String group, String kind, Map<String, T> objects, Class<T> type) {
    server.createContext(
        "%s/namespaces/%s/%s".formatted(group, NAMESPACE, kind),
        exchange -> answer(exchange, objects, type));
  }

  private void review(HttpExchange exchange) throws IOException {
    V1TokenReview review = JSON.deserialize(body(exchange), V1TokenReview.class);
    if (refusal == OK) {
      respond(exchange, CREATED, JSON.serialize(review.status(judge.apply(review))));
    } else {
      respond(exchange, refusal, "{\"message\":\"as the test wishes\"}");
    }
  }

  private void patch(HttpExchange exchange) throws IOException {
    String body = body(exchange);
    if (refusal == OK) {
      patches.add(
          "%s %s %s"
              .formatted(
                  exchange.getRequestURI().getPath(),
                  exchange.getRequestHeaders().getFirst("Content-Type"),
                  body));
      respond(exchange, OK, "{}");
    } else {
      respond(exchange, refusal, "{\"message\":\"as the test wishes\"}");
    }
  }

  private static String body(HttpExchange exchange) throws IOException {
    return new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
  }

  private <T extends KubernetesObject> void answer(
      HttpExchange exchange, Map<String, T> objects, Class<T> type) throws IOException {
    String body = body(exchange);
    String path = exchange.getRequestURI().getPath();
    String name = path.substring(path.lastIndexOf('/') + 1);
    if (refusal != OK) {
      respond(exchange, refusal, "{\"message\":\"as the test wishes\"}");
      return;
    }
    switch (exchange.getRequestMethod()) {
      case "POST" -> store(exchange, CREATED, objects, JSON.deserialize(body, type));
      case "PUT" -> store(exchange, OK, objects, JSON.deserialize(body, type));
      default -> {
        T found = objects.get(name);
        if (found == null) {
          respond(exchange, NOT_FOUND, "{\"message\":\"not found\"}");
        } else {
          respond(exchange, OK, JSON.serialize(found));
        }
      }
    }
  }

  private <T extends KubernetesObject> void store(
      HttpExchange exchange, int status, Map<String, T> objects, T object) throws IOException {
    Runnable first = meanwhile;
    meanwhile = () -> {};
    first.run();
    V1ObjectMeta metadata = Objects.requireNonNull(object.getMetadata());
    String name = Objects.requireNonNull(metadata.getName());
    T before = objects.get(name);
    if (status == OK && before == null) {
      respond(exchange, NOT_FOUND, "{\"message\":\"not found\"}");
    } else if (isStale(before, status, metadata)) {
      respond(exchange, CONFLICT, "{\"message\":\"the object has been modified\"}");
    } else {
      metadata.setResourceVersion(String.valueOf(versions.incrementAndGet()));
      objects.put(name, object);
      respond(exchange, status, JSON.serialize(object));
    }
  }

  private static boolean isStale(
      @Nullable KubernetesObject before, int status, V1ObjectMeta metadata) {
    if (before == null) {
      return false;
    }
    String version = metadata.getResourceVersion();
    return status == CREATED
        || (version != null
            && !version.equals(Objects.requireNonNull(before.getMetadata()).getResourceVersion()));
  }

  /** Somebody has changed the ConfigMap. */
  void edited(String configMap, Map<String, String> data) {
    configMaps.put(
        configMap,
        new V1ConfigMap()
            .metadata(
                new V1ObjectMeta()
                    .name(configMap)
                    .resourceVersion(String.valueOf(versions.incrementAndGet())))
            .data(data));
  }

  private static void respond(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
