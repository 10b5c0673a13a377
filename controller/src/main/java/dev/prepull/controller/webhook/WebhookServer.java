package dev.prepull.controller.webhook;

import dev.prepull.controller.tls.ServingCertificate;
import dev.prepull.controller.webhook.ReviewListener.Outcome;
import dev.prepull.program.HostPort;
import dev.prepull.program.StartupException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the webhook by HTTPS, at {@code /validate}. Anybody may ask, since the API server has no
 * name that it could be known by, so little is read at a time and nothing is kept. Thread-safe.
 */
public final class WebhookServer implements AutoCloseable {

  /**
   * Two versions of a ConfigMap of 1 MiB, escaped, and their metadata. The API server takes the few
   * that are larger without asking.
   */
  static final int MOST_BYTES = 8 << 20;

  /** Bounds the memory, together with the above. */
  static final int MOST_AT_A_TIME = 8;

  /** Longer than the API server keeps a connection that it does not use. */
  private static final int IDLE_SECONDS = 120;

  private static final int OK = 200;
  private static final int BAD_REQUEST = 400;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int TIMEOUT = 408;
  private static final int TOO_LARGE = 413;
  private static final int INTERNAL_ERROR = 500;
  private static final int UNAVAILABLE = 503;

  private static final String PATH = "/validate";
  private static final Logger log = LoggerFactory.getLogger(WebhookServer.class);

  private final Vertx vertx;
  private final ListReview lists;
  private final ReviewListener listener;
  private final HttpServer server;
  private final AtomicInteger inHand = new AtomicInteger();

  private record Answer(int status, String body, Outcome outcome) {}

  /**
   * Does not listen yet.
   *
   * @param namespace whose lists the controller reads
   * @param certificate what is shown until there is another
   */
  public WebhookServer(
      Vertx vertx, String namespace, ServingCertificate certificate, ReviewListener listener) {
    this.vertx = vertx;
    this.lists = new ListReview(namespace);
    this.listener = listener;
    // HTTP/1.1 alone: of a controller that is gone, the API server would go on with its HTTP/2
    // connection for the better part of a minute, where this one ends with the first request that
    // has no answer.
    this.server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setSsl(true)
                    .setUseAlpn(false)
                    .setIdleTimeout(IDLE_SECONDS)
                    .setKeyCertOptions(keyCertOptions(certificate)))
            .requestHandler(this::answer);
  }

  private static KeyCertOptions keyCertOptions(ServingCertificate certificate) {
    return new PemKeyCertOptions()
        .addCertValue(Buffer.buffer(certificate.chain()))
        .addKeyValue(Buffer.buffer(certificate.key()));
  }

  /** Listens; fails when the address cannot be had. */
  public void start(HostPort listen) throws StartupException, InterruptedException {
    try {
      server.listen(listen.port(), listen.host()).toCompletionStage().toCompletableFuture().get();
      log.atInfo().addKeyValue("port", server.actualPort()).log("The webhook is served");
    } catch (ExecutionException e) {
      throw new StartupException(
          "Tried to listen on %s for the webhook but %s. Free the port or choose another with --webhook-listen."
              .formatted(listen, e.getCause()),
          e);
    }
  }

  /**
   * Shows this certificate from now on. One that cannot be used is logged, and the one before
   * stays.
   *
   * @return completed when it is shown; failed when it cannot be used
   */
  public CompletionStage<?> show(ServingCertificate next) {
    return server
        .updateSSLOptions(
            new ServerSSLOptions().setUseAlpn(false).setKeyCertOptions(keyCertOptions(next)))
        .onSuccess(_ ->
            log.atInfo().addKeyValue("source", next).log("The webhook shows another certificate"))
        .onFailure(failure ->
            log.error(
                "Tried to show the certificate of {} to the API server but {}. The one before stays; check that certificate and key are PEM and belong together.",
                next,
                failure.getMessage()))
        .toCompletionStage();
  }

  /** The port that the system chose when it was asked to. */
  int port() {
    return server.actualPort();
  }

  /** How many requests are being read or judged. */
  int inHand() {
    return inHand.get();
  }

  private void answer(HttpServerRequest request) {
    if (!PATH.equals(request.path())) {
      end(
          request,
          new Answer(NOT_FOUND, "no such page; the webhook is at " + PATH, Outcome.FAILED));
    } else if (!request.method().equals(HttpMethod.POST)) {
      end(request, new Answer(METHOD_NOT_ALLOWED, "only POST is served", Outcome.FAILED));
    } else if (inHand.incrementAndGet() > MOST_AT_A_TIME) {
      inHand.decrementAndGet();
      end(
          request,
          new Answer(
              UNAVAILABLE,
              "%d requests are in hand already; ask again later".formatted(MOST_AT_A_TIME),
              Outcome.FAILED));
    } else {
      BoundedBody.read(request, MOST_BYTES)
          // A large list takes long enough to hold up others on an event loop.
          .compose(body -> vertx.executeBlocking(() -> review(body), false))
          .otherwise(WebhookServer::unread)
          .onSuccess(answer -> {
            inHand.decrementAndGet();
            end(request, answer);
          });
    }
  }

  private Answer review(Buffer body) {
    AdmissionRequest request;
    try {
      request = AdmissionReviews.read(body.getBytes());
    } catch (IllegalArgumentException e) {
      return new Answer(
          BAD_REQUEST, "this is no AdmissionReview: " + e.getMessage(), Outcome.FAILED);
    }
    Verdict verdict = lists.judge(request);
    return new Answer(
        OK,
        AdmissionReviews.answer(request.uid(), verdict),
        switch (verdict) {
          case Verdict.Allowed _ -> Outcome.ALLOWED;
          case Verdict.Refused(var problems) -> {
            log.atInfo()
                .addKeyValue("problems", problems.size())
                .log("A list was refused at the API server: {}", problems.getFirst());
            yield Outcome.REFUSED;
          }
        });
  }

  private static Answer unread(Throwable failure) {
    return switch (failure) {
      case BoundedBody.TooLargeException e ->
          new Answer(
              TOO_LARGE,
              "expected an AdmissionReview, but this is " + e.getMessage(),
              Outcome.FAILED);
      case TimeoutException _ ->
          new Answer(
              TIMEOUT,
              "the request did not arrive within %d s".formatted(BoundedBody.PATIENCE.toSeconds()),
              Outcome.FAILED);
      case VertxException e -> {
        log.debug("A client of the webhook went away", e);
        yield new Answer(BAD_REQUEST, "the request is not complete", Outcome.FAILED);
      }
      default -> {
        log.error("The webhook could not answer; the API server decides by its policy", failure);
        yield new Answer(
            INTERNAL_ERROR, "internal error; see the controller's log", Outcome.FAILED);
      }
    };
  }

  private void end(HttpServerRequest request, Answer answer) {
    listener.reviewed(answer.outcome());
    boolean ok = answer.status() == OK;
    HttpServerResponse response = request.response().setStatusCode(answer.status());
    if (!ok) {
      // What it has not read yet, nobody will read.
      response.putHeader("connection", "close");
    }
    Future<Void> ended =
        response
            .putHeader("content-type", ok ? "application/json" : "text/plain")
            .end(ok ? answer.body() : answer.body() + "\n");
    ended.onFailure(failure -> log.debug("A client of the webhook went away", failure));
    if (!ok) {
      ended.eventually(() -> request.connection().close());
    }
  }

  @Override
  public void close() {
    server.close().onFailure(failure -> log.debug("The webhook did not close cleanly", failure));
  }
}
