package dev.prepull.agent.runtime.docker;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.SocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Docker's HTTP API on a unix socket, whose paths answer as a test says. */
public final class FakeDockerDaemon implements AutoCloseable {

  /** What {@code /version} answers. */
  public static final String VERSION = "{\"Version\":\"28.5.1\",\"ApiVersion\":\"1.51\"}";

  /** The path of a pull. */
  static final String PULL = "/images/create";

  private static final int NOT_FOUND = 404;

  private final Map<String, Handler<HttpServerRequest>> answers = new ConcurrentHashMap<>();
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final HttpServer http;

  /** A daemon of version 28.5.1 that holds nothing. */
  public FakeDockerDaemon(Vertx vertx, Path socket) throws Exception {
    http =
        vertx
            .createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false))
            .requestHandler(this::answer);
    on("/version", 200, VERSION);
    await(http.listen(SocketAddress.domainSocketAddress(socket.toString())));
  }

  private void answer(HttpServerRequest request) {
    calls.add(request.method() + " " + request.uri());
    Handler<HttpServerRequest> answer = answers.get(decoded(request));
    if (answer == null) {
      send(request.response(), NOT_FOUND, "{\"message\":\"page not found\"}");
    } else {
      answer.handle(request);
    }
  }

  /** Docker takes {@code %2F} in a path for a slash. */
  private static String decoded(HttpServerRequest request) {
    return URI.create(request.uri()).getPath();
  }

  /** Lets a path answer by that handler. */
  public FakeDockerDaemon on(String path, Handler<HttpServerRequest> answer) {
    answers.put(path, answer);
    return this;
  }

  /** Lets a path answer with that status and JSON. */
  FakeDockerDaemon on(String path, int status, String json) {
    return on(path, request -> send(request.response(), status, json));
  }

  /** Lets a pull answer with a stream of these lines. */
  FakeDockerDaemon onPull(String... lines) {
    return on(PULL, request -> ignore(write(request, lines).end()));
  }

  /** Begins the stream of an answer with these lines. */
  static HttpServerResponse write(HttpServerRequest request, String... lines) {
    HttpServerResponse response = begin(request);
    for (String line : lines) {
      ignore(response.write(line + "\r\n"));
    }
    return response;
  }

  /** Lets the daemon hold an image under that tag and those digests of its repository. */
  FakeDockerDaemon holds(String tag, String... repoDigests) {
    String json =
        """
        {"Id":"sha256:1d","RepoTags":["%s"],"RepoDigests":["%s"],"Size":1000}\
        """
            .formatted(tag, String.join("\",\"", repoDigests));
    for (String repoDigest : repoDigests) {
      on("/images/" + repoDigest + "/json", 200, json);
    }
    return on("/images/" + tag + "/json", 200, json);
  }

  /** Lets the daemon hold an image under that digest only. */
  FakeDockerDaemon holdsUntagged(String repoDigest) {
    return on(
        "/images/" + repoDigest + "/json",
        200,
        """
        {"Id":"sha256:2d","RepoTags":[],"RepoDigests":["%s"],"Size":1000}\
        """
            .formatted(repoDigest));
  }

  /** The calls so far, such as {@code GET /version}. */
  List<String> calls() {
    return calls;
  }

  /** Begins the stream of an answer. */
  static HttpServerResponse begin(HttpServerRequest request) {
    return request.response().setChunked(true).putHeader("content-type", "application/json");
  }

  /** Answers with that status and JSON. */
  static void send(HttpServerResponse response, int status, String json) {
    ignore(response.setStatusCode(status).putHeader("content-type", "application/json").end(json));
  }

  /** For what fails when the client goes away, as some tests want it to. */
  static void ignore(Future<?> future) {
    future.otherwiseEmpty();
  }

  static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws Exception {
    await(http.close());
  }
}
