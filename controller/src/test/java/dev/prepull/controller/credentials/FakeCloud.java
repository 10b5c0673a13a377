package dev.prepull.controller.credentials;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * A cloud on the loopback address, as far as a test writes it down. What is not written down is
 * answered with 404.
 */
final class FakeCloud implements AutoCloseable {

  /**
   * What was asked.
   *
   * @param host as the client named it
   * @param target path and query
   * @param headers the first value of each, by lower-case name
   */
  record Request(
      String method, String host, String target, Map<String, String> headers, String body) {

    String header(String name) {
      return headers.getOrDefault(name, "");
    }

    /** A field of a form. */
    String field(String name) {
      return Arrays.stream(body.split("&"))
          .map(field -> field.split("=", 2))
          .filter(field -> field[0].equals(name))
          .map(field -> URLDecoder.decode(field[1], StandardCharsets.UTF_8))
          .findFirst()
          .orElse("");
    }
  }

  /** What is answered. */
  record Response(int status, String type, String body) {

    static Response json(String body) {
      return new Response(200, "application/json", body);
    }
  }

  private final HttpServer server;
  private final Map<String, Function<Request, Response>> answers = new HashMap<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();

  private FakeCloud(HttpServer server) {
    this.server = server;
  }

  static FakeCloud start() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    FakeCloud cloud = new FakeCloud(server);
    server.createContext("/", cloud::handle);
    server.start();
    return cloud;
  }

  /** From now on answers requests so whose method and path are these. */
  FakeCloud on(String methodAndPath, Function<Request, Response> answer) {
    answers.put(methodAndPath, answer);
    return this;
  }

  /** As {@link #on(String, Function)}, with JSON. */
  FakeCloud on(String methodAndPath, String json) {
    return on(methodAndPath, _ -> Response.json(json));
  }

  /** Host and port. */
  String authority() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  String url() {
    return "http://" + authority();
  }

  /** Everything that was asked with that method and path. */
  List<Request> requests(String methodAndPath) {
    return requests.stream().filter(request -> methodAndPath.equals(key(request))).toList();
  }

  private static String key(Request request) {
    return request.method() + " " + request.target().replaceFirst("\\?.*", "");
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Map<String, String> headers = new HashMap<>();
      exchange
          .getRequestHeaders()
          .forEach((name, values) ->
              headers.put(name.toLowerCase(java.util.Locale.ROOT), values.getFirst()));
      Request request =
          new Request(
              exchange.getRequestMethod(),
              headers.getOrDefault("x-meant-for", headers.getOrDefault("host", "")),
              exchange.getRequestURI().toString(),
              headers,
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
      requests.add(request);
      Response response =
          answers
              .getOrDefault(key(request), _ -> new Response(404, "text/plain", "not here"))
              .apply(request);
      byte[] body = response.body().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", response.type());
      exchange.getResponseHeaders().set("Metadata-Flavor", "Google");
      exchange.sendResponseHeaders(response.status(), body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
