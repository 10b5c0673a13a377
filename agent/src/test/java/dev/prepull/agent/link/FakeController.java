package dev.prepull.agent.link;

import dev.prepull.protocol.AgentLink;
import dev.prepull.protocol.v1.FromAgent;
import dev.prepull.protocol.v1.FromController;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import io.vertx.grpc.server.GrpcServerRequest;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The controller's end of the link over TLS on loopback, which does as a test says. */
final class FakeController implements AutoCloseable {

  static final String HOST = "127.0.0.1";

  private final BlockingQueue<Stream> streams = new LinkedBlockingQueue<>();
  private final HttpServer http;

  /** Listens; port 0 lets the system choose. */
  FakeController(Vertx vertx, TestCertificate certificate, int port) throws Exception {
    GrpcServer grpc =
        GrpcServer.server(
                vertx, new GrpcServerOptions().setMaxMessageSize(AgentLink.MAX_MESSAGE_BYTES))
            .callHandler(AgentLink.SERVER, request -> streams.add(new Stream(request)));
    http =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setSsl(true)
                    .setUseAlpn(true)
                    .setKeyCertOptions(certificate.identity()))
            .requestHandler(grpc);
    await(http.listen(port, HOST));
  }

  int port() {
    return http.actualPort();
  }

  /** The next stream that an agent opens. */
  Stream stream() throws InterruptedException {
    return next(streams);
  }

  /** The next stream, let in, and its Hello taken. */
  Stream attached() throws Exception {
    Stream stream = stream();
    stream.take();
    return stream.letIn();
  }

  /** One agent's stream. */
  static final class Stream {
    private final GrpcServerRequest<FromAgent, FromController> request;
    private final BlockingQueue<FromAgent> received = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> over = new CompletableFuture<>();

    private Stream(GrpcServerRequest<FromAgent, FromController> request) {
      this.request = request;
      request.handler(received::add);
      request.endHandler(over::complete);
      request.exceptionHandler(failure -> over.complete(null));
      request.response().exceptionHandler(failure -> over.complete(null));
    }

    /** What the agent presented. */
    String authorization() {
      return String.valueOf(request.headers().get(AgentLink.AUTHORIZATION));
    }

    /** The agent's next message. */
    FromAgent take() throws InterruptedException {
      return next(received);
    }

    /** Shows the agent that it is attached. */
    Stream letIn() throws Exception {
      await(request.response().writeHead());
      return this;
    }

    Stream send(FromController message) throws Exception {
      await(request.response().write(message));
      return this;
    }

    /** Ends the stream. */
    void end(GrpcStatus status, String message) throws Exception {
      await(request.response().status(status).statusMessage(message).end());
    }

    /** Returns once the agent has ended the stream or gone away. */
    void awaitEnd() throws Exception {
      over.get(10, TimeUnit.SECONDS);
    }
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    return Objects.requireNonNull(queue.poll(10, TimeUnit.SECONDS), "nothing came within 10 s");
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  /** Goes away with all its streams. */
  @Override
  public void close() throws Exception {
    await(http.close());
  }
}
