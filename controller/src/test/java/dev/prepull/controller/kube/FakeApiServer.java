package dev.prepull.controller.kube;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/** The ConfigMaps of an API server over real HTTP: get, create and replace by name. */
final class FakeApiServer implements AutoCloseable {

  /** What is stored, by name. */
  final Map<String, V1ConfigMap> configMaps = new ConcurrentHashMap<>();

  /** Answered instead of anything else unless it is 200. */
  volatile int refusal = 200;

  private final HttpServer server;

  FakeApiServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/api/v1/namespaces/prepull-system/configmaps", this::answer);
    server.start();
  }

  CoreV1Api api() {
    LenientJson.install();
    return new CoreV1Api(
        new ApiClient().setBasePath("http://127.0.0.1:" + server.getAddress().getPort()));
  }

  private void answer(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    String path = exchange.getRequestURI().getPath();
    String name = path.substring(path.lastIndexOf('/') + 1);
    if (refusal != 200) {
      respond(exchange, refusal, "{\"message\":\"as the test wishes\"}");
      return;
    }
    switch (exchange.getRequestMethod()) {
      case "POST" -> store(exchange, 201, JSON.deserialize(body, V1ConfigMap.class));
      case "PUT" -> {
        if (configMaps.containsKey(name)) {
          store(exchange, 200, JSON.deserialize(body, V1ConfigMap.class));
        } else {
          respond(exchange, 404, "{\"message\":\"not found\"}");
        }
      }
      default -> {
        V1ConfigMap found = configMaps.get(name);
        if (found == null) {
          respond(exchange, 404, "{\"message\":\"not found\"}");
        } else {
          respond(exchange, 200, JSON.serialize(found));
        }
      }
    }
  }

  private void store(HttpExchange exchange, int status, V1ConfigMap configMap) throws IOException {
    String name = Objects.requireNonNull(Objects.requireNonNull(configMap.getMetadata()).getName());
    configMaps.put(name, configMap);
    respond(exchange, status, JSON.serialize(configMap));
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
