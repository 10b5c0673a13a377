package dev.prepull.controller.admin;

import dev.prepull.controller.reconcile.FleetView;
import dev.prepull.controller.status.RolloutStatus;
import dev.prepull.controller.status.StatusJson;
import dev.prepull.model.NodeName;
import dev.prepull.program.HostPort;
import dev.prepull.program.StartupException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.SocketAddress;
import io.vertx.httpproxy.HttpProxy;
import io.vertx.httpproxy.OriginRequestProvider;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller's HTTP side: {@code /healthz}, {@code /readyz}, {@code /metrics} and the read-only
 * API under {@code /api/v1}. It is ready when whoever asks it for the API gets it: because this
 * controller leads and knows lists and nodes, or because it knows who leads, and asks that one.
 */
public final class AdminServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(AdminServer.class);
  private static final String API_PREFIX = "/api/v1/";
  private static final String NODE_PREFIX = "/api/v1/nodes/";
  private static final int CONNECT_TIMEOUT_MILLIS = 2_000;
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int INTERNAL_ERROR = 500;
  private static final int UNAVAILABLE = 503;

  private final HttpServer server;
  private final ControllerMetrics metrics;
  private final HttpClient client;
  private final HttpProxy toLeader;
  private volatile Standby standby = Standby.STARTING;
  private volatile @Nullable FleetView shown;

  /**
   * What this controller is while it does not lead; asked by any thread.
   *
   * @param standing one line
   * @param leader where the one that leads serves its API; empty while that is not known
   */
  public record Standby(Supplier<String> standing, Supplier<Optional<HostPort>> leader) {

    private static final Standby STARTING =
        new Standby(() -> "this controller starts", Optional::empty);
  }

  /** Does not listen yet. */
  public AdminServer(Vertx vertx, ControllerMetrics metrics) {
    this.metrics = metrics;
    this.server = vertx.createHttpServer().requestHandler(this::answer);
    this.client =
        vertx.createHttpClient(new HttpClientOptions().setConnectTimeout(CONNECT_TIMEOUT_MILLIS));
    this.toLeader =
        HttpProxy.reverseProxy(client)
            .origin(OriginRequestProvider.selector(context -> leaderAddress()));
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

  /** Until there is a fleet to show, this controller is that. Any thread. */
  public void standBy(Standby now) {
    standby = now;
  }

  /** From now on this is what the API tells of. Any thread. */
  public void show(FleetView fleet) {
    shown = fleet;
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
      case "/readyz" -> readiness(response);
      case "/metrics" -> end(response, "text/plain; version=0.0.4; charset=utf-8", metrics.page());
      default -> {
        FleetView fleet = shown;
        if (!path.startsWith(API_PREFIX)) {
          notFound(response, "no such page");
        } else if (fleet != null) {
          api(response, fleet, path);
        } else if (standby.leader().get().isPresent()) {
          toLeader.handle(request);
        } else {
          error(response.setStatusCode(UNAVAILABLE), standby.standing().get());
        }
      }
    }
  }

  private void readiness(HttpServerResponse response) {
    FleetView fleet = shown;
    if (fleet == null) {
      int status = standby.leader().get().isPresent() ? OK : UNAVAILABLE;
      text(response.setStatusCode(status), standby.standing().get() + "\n");
    } else if (!fleet.isReady()) {
      text(response.setStatusCode(UNAVAILABLE), "lists and nodes are not known yet\n");
    } else {
      text(response, "ok\n");
    }
  }

  private Future<SocketAddress> leaderAddress() {
    return standby
        .leader()
        .get()
        .map(leader ->
            Future.succeededFuture(SocketAddress.inetSocketAddress(leader.port(), leader.host())))
        .orElseGet(() -> Future.failedFuture(standby.standing().get()));
  }

  private static void api(HttpServerResponse response, FleetView fleet, String path) {
    switch (path) {
      case "/api/v1/status" -> json(response, fleet.status(), Optional::of);
      case "/api/v1/images" ->
          json(response, fleet.status().thenApply(RolloutStatus::images), Optional::of);
      case "/api/v1/nodes" -> json(response, fleet.nodes(), Optional::of);
      default -> {
        if (path.startsWith(NODE_PREFIX)) {
          node(response, fleet, path.substring(NODE_PREFIX.length()));
        } else {
          notFound(response, "no such page");
        }
      }
    }
  }

  private static void node(HttpServerResponse response, FleetView fleet, String name) {
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
  private static <T> void json(
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
    error(response.setStatusCode(NOT_FOUND), error);
  }

  private static void error(HttpServerResponse response, String error) {
    end(response, "application/json", StatusJson.render(Map.of("error", error)));
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
    client.close().onFailure(failure -> log.debug("HTTP did not close cleanly", failure));
  }
}
