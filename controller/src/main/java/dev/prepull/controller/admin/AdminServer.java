package dev.prepull.controller.admin;

import dev.prepull.controller.reconcile.FleetView;
import dev.prepull.controller.status.RolloutStatus;
import dev.prepull.controller.status.StatusJson;
import dev.prepull.model.NodeName;
import dev.prepull.program.HostPort;
import dev.prepull.program.StartupException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller's HTTP side: {@code /healthz}, {@code /readyz} (200 once lists and nodes are
 * known), {@code /metrics} and the read-only API under {@code /api/v1}.
 */
public final class AdminServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(AdminServer.class);
  private static final String NODE_PREFIX = "/api/v1/nodes/";
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int INTERNAL_ERROR = 500;
  private static final int UNAVAILABLE = 503;

  private final HttpServer server;
  private final FleetView fleet;
  private final ControllerMetrics metrics;

  /** Does not listen yet. */
  public AdminServer(Vertx vertx, FleetView fleet, ControllerMetrics metrics) {
    this.fleet = fleet;
    this.metrics = metrics;
    this.server = vertx.createHttpServer().requestHandler(this::answer);
  }

  /** Listens; fails when the address cannot be had. */
  public void start(HostPort listen) throws StartupException, InterruptedException {
    try {
      Future<HttpServer> started = server.listen(listen.port(), listen.host());
      int port = started.toCompletionStage().toCompletableFuture().get().actualPort();
      log.atInfo().addKeyValue("port", port).log("HTTP is served");
    } catch (ExecutionException e) {
      throw new StartupException(
          "Tried to listen on %s for HTTP but %s. Free the port or choose another with --http-listen."
              .formatted(listen, e.getCause()),
          e);
    }
  }

  /** The port that the system chose when it was asked to. */
  int port() {
    return server.actualPort();
  }

  private void answer(HttpServerRequest request) {
    HttpServerResponse response = request.response();
    if (!request.method().equals(HttpMethod.GET)) {
      text(response.setStatusCode(METHOD_NOT_ALLOWED), "only GET is served\n");
      return;
    }
    String path = String.valueOf(request.path());
    switch (path) {
      case "/healthz" -> text(response, "ok\n");
      case "/readyz" ->
          text(
              response.setStatusCode(fleet.isReady() ? OK : UNAVAILABLE),
              fleet.isReady() ? "ok\n" : "lists and nodes are not known yet\n");
      case "/metrics" -> end(response, "text/plain; version=0.0.4; charset=utf-8", metrics.page());
      case "/api/v1/status" -> json(response, fleet.status(), Optional::of);
      case "/api/v1/images" ->
          json(response, fleet.status().thenApply(RolloutStatus::images), Optional::of);
      case "/api/v1/nodes" -> json(response, fleet.nodes(), Optional::of);
      default -> {
        if (path.startsWith(NODE_PREFIX)) {
          node(response, path.substring(NODE_PREFIX.length()));
        } else {
          notFound(response, "no such page");
        }
      }
    }
  }

  private void node(HttpServerResponse response, String name) {
    NodeName node;
    try {
      node = new NodeName(name);
    } catch (IllegalArgumentException e) {
      notFound(response, String.valueOf(e.getMessage()));
      return;
    }
    json(response, fleet.node(node), found -> found);
  }

  /** Answers with the value as JSON, or 404 where {@code select} finds nothing in it. */
  private <T> void json(
      HttpServerResponse response, CompletionStage<T> value, Function<T, Optional<?>> select) {
    Future.fromCompletionStage(value)
        .onSuccess(ready ->
            select
                .apply(ready)
                .ifPresentOrElse(
                    body -> end(response, "application/json", StatusJson.render(body)),
                    () -> notFound(response, "no such node")))
        .onFailure(failure -> {
          log.error("The API could not answer", failure);
          text(response.setStatusCode(INTERNAL_ERROR), "internal error; see the log\n");
        });
  }

  private static void notFound(HttpServerResponse response, String error) {
    end(
        response.setStatusCode(NOT_FOUND),
        "application/json",
        StatusJson.render(Map.of("error", error)));
  }

  private static void text(HttpServerResponse response, String body) {
    end(response, "text/plain", body);
  }

  private static void end(HttpServerResponse response, String type, String body) {
    response
        .putHeader("content-type", type)
        .end(body)
        .onFailure(failure -> log.debug("An HTTP client went away", failure));
  }

  @Override
  public void close() {
    server.close().onFailure(failure -> log.debug("HTTP did not close cleanly", failure));
  }
}
