package dev.prepull.controller.link;

import dev.prepull.controller.reconcile.AgentAuthenticator;
import dev.prepull.controller.reconcile.AgentObserver;
import dev.prepull.model.NodeName;
import dev.prepull.program.StartupException;
import dev.prepull.protocol.AgentLink;
import dev.prepull.protocol.v1.FromAgent;
import dev.prepull.protocol.v1.FromController;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import io.vertx.grpc.server.GrpcServerRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the link: TLS, one stream per node, nobody let in without a token. When a node attaches a
 * second time, the newer stream wins. Thread-safe.
 */
public final class LinkServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LinkServer.class);

  private final Vertx vertx;
  private final LinkServerSettings settings;
  private final Doorkeeper doorkeeper;
  private final AgentObserver observer;
  private final SharedMessages messages = new SharedMessages();
  private final Map<NodeName, ControllerStream> streams = new ConcurrentHashMap<>();
  private final HttpServer server;

  /** Who decides about agents, and who is told of refusals. */
  public record Doorkeeper(AgentAuthenticator authenticator, LinkListener listener) {}

  /** Does not listen yet. */
  public LinkServer(
      Vertx vertx, LinkServerSettings settings, Doorkeeper doorkeeper, AgentObserver observer) {
    this.vertx = vertx;
    this.settings = settings;
    this.doorkeeper = doorkeeper;
    this.observer = observer;
    GrpcServer grpc =
        GrpcServer.server(
                vertx, new GrpcServerOptions().setMaxMessageSize(AgentLink.MAX_MESSAGE_BYTES))
            .callHandler(AgentLink.SERVER, this::accept);
    this.server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setSsl(true)
                    .setUseAlpn(true)
                    .setKeyCertOptions(
                        new PemKeyCertOptions()
                            .addCertPath(settings.certificate().toString())
                            .addKeyPath(settings.key().toString())))
            .requestHandler(grpc);
  }

  /** Listens; fails when certificate, key or address cannot be had. */
  public void start() throws StartupException, InterruptedException {
    checkReadable(settings.certificate(), "--tls-cert");
    checkReadable(settings.key(), "--tls-key");
    try {
      server
          .listen(settings.listen().port(), settings.listen().host())
          .toCompletionStage()
          .toCompletableFuture()
          .get();
      log.atInfo().addKeyValue("port", server.actualPort()).log("The link is served");
    } catch (ExecutionException e) {
      throw new StartupException(
          "Tried to listen on %s for agents but %s. Free the port or choose another with --link-listen, and check that --tls-cert and --tls-key are PEM files that belong together."
              .formatted(settings.listen(), e.getCause()),
          e);
    }
  }

  private static void checkReadable(Path file, String flag) throws StartupException {
    if (!Files.isReadable(file)) {
      throw new StartupException(
          "Tried to read %s %s but there is no such readable file. Check the path and its permissions."
              .formatted(flag, file));
    }
  }

  /** The port that the system chose when the settings say 0. */
  public int port() {
    return server.actualPort();
  }

  private void accept(GrpcServerRequest<FromAgent, FromController> request) {
    new ControllerStream(vertx, request, doorkeeper, new Registry()).begin(settings.keepAlive());
  }

  /** What a stream needs of the server. */
  final class Registry {

    AgentObserver observer() {
      return observer;
    }

    SharedMessages messages() {
      return messages;
    }

    void entered(NodeName node, ControllerStream stream) {
      ControllerStream older = streams.put(node, stream);
      if (older != null) {
        older.close("the node has attached again");
      }
    }

    void left(NodeName node, ControllerStream stream) {
      streams.remove(node, stream);
    }
  }

  /** Ends all streams and stops listening. */
  @Override
  public void close() {
    streams.values().forEach(stream -> stream.close("the controller stops"));
    try {
      server.close().toCompletionStage().toCompletableFuture().get();
    } catch (ExecutionException e) {
      log.debug("The link did not close cleanly", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
