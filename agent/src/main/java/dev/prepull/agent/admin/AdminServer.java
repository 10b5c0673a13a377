package dev.prepull.agent.admin;

import dev.prepull.agent.report.ReportBook;
import dev.prepull.model.ImageReport;
import dev.prepull.model.PullProblem;
import dev.prepull.program.HostPort;
import dev.prepull.program.StartupException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent's HTTP side: {@code /healthz}, {@code /readyz} (200 once the node holds its whole plan,
 * see {@link Readiness}), {@code /metrics} and {@code /api/v1/images}.
 */
public final class AdminServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(AdminServer.class);
  private static final int OK = 200;
  private static final int UNAVAILABLE = 503;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;

  private final HttpServer server;
  private final PlanBoard board;
  private final Readiness readiness;
  private final ReportBook book;
  private final AgentMetrics metrics;

  /** What the pages tell of the plan. */
  public record Plan(PlanBoard board, Readiness readiness) {}

  /** Does not listen yet. */
  public AdminServer(Vertx vertx, Plan plan, ReportBook book, AgentMetrics metrics) {
    this.board = plan.board();
    this.readiness = plan.readiness();
    this.book = book;
    this.metrics = metrics;
    this.server = vertx.createHttpServer(new HttpServerOptions()).requestHandler(this::answer);
  }

  /** Listens and returns the port; fails when the address cannot be had. */
  public int start(HostPort listen) throws StartupException, InterruptedException {
    try {
      Future<HttpServer> started = server.listen(listen.port(), listen.host());
      int port = started.toCompletionStage().toCompletableFuture().get().actualPort();
      log.atInfo().addKeyValue("port", port).log("HTTP is served");
      return port;
    } catch (ExecutionException e) {
      throw new StartupException(
          "Tried to listen on %s for HTTP but %s. Free the port or choose another with --http-listen."
              .formatted(listen, e.getCause()),
          e);
    }
  }

  private void answer(HttpServerRequest request) {
    HttpServerResponse response = request.response();
    if (!request.method().equals(HttpMethod.GET)) {
      response.setStatusCode(METHOD_NOT_ALLOWED).putHeader("allow", "GET");
      end(response, "text/plain", "only GET is served\n");
      return;
    }
    switch (String.valueOf(request.path())) {
      case "/healthz" -> end(response, "text/plain", "ok\n");
      case "/readyz" -> {
        Readiness.Answer answer = readiness.ask();
        end(
            response.setStatusCode(answer.ready() ? OK : UNAVAILABLE),
            "text/plain",
            answer.words() + "\n");
      }
      case "/metrics" ->
          end(
              response,
              "text/plain; version=0.0.4; charset=utf-8",
              metrics.page(board.planned().orElse(0)));
      case "/api/v1/images" -> end(response, "application/json", images().encode());
      default -> end(response.setStatusCode(NOT_FOUND), "text/plain", "no such page\n");
    }
  }

  private static void end(HttpServerResponse response, String type, String body) {
    response
        .putHeader("content-type", type)
        .end(body)
        .onFailure(failure -> log.debug("An HTTP client went away", failure));
  }

  private JsonArray images() {
    JsonArray images = new JsonArray();
    book.all().forEach(report -> images.add(image(report)));
    return images;
  }

  private static JsonObject image(ImageReport report) {
    JsonObject image =
        new JsonObject()
            .put("image", report.reference().written())
            .put("state", report.state().word())
            .put("digest", report.digest() == null ? null : report.digest().value())
            .put("sizeBytes", report.sizeBytes())
            .put("bytesDone", report.progress().done())
            .put("bytesTotal", report.progress().total());
    PullProblem problem = report.problem();
    if (problem != null) {
      image
          .put("reason", problem.reason().word())
          .put("message", problem.message())
          .put("attempt", problem.attempt())
          .put("nextRetry", problem.nextRetry());
    }
    return image;
  }

  @Override
  public void close() {
    server.close().onFailure(failure -> log.debug("HTTP did not close cleanly", failure));
  }
}
