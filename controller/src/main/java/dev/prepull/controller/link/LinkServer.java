package dev.prepull.controller.link;

import dev.prepull.controller.reconcile.AgentAuthenticator;
import dev.prepull.controller.reconcile.AgentObserver;
import dev.prepull.controller.reconcile.Leadership;
import dev.prepull.controller.tls.ServingCertificate;
import dev.prepull.model.NodeName;
import dev.prepull.program.StartupException;
import dev.prepull.protocol.AgentLink;
import dev.prepull.protocol.v1.FromAgent;
import dev.prepull.protocol.v1.FromController;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import io.vertx.grpc.server.GrpcServerRequest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
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
  private final ServingCertificate certificate;
  private final HttpServer server;

  /**
   * Who decides about agents, and who is told of refusals.
   *
   * @param leadership without it agents are told nothing
   */
  public record Doorkeeper(
      AgentAuthenticator authenticator, LinkListener listener, Leadership leadership) {}

  /** Does not listen yet. */
  public LinkServer(
      Vertx vertx,
      LinkServerSettings settings,
      ServingCertificate certificate,
      Doorkeeper doorkeeper,
      AgentObserver observer) {
    this.vertx = vertx;
    this.settings = settings;
    this.doorkeeper = doorkeeper;
    this.observer = observer;
    this.certificate = certificate;
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
                    .setKeyCertOptions(keyCertOptions(certificate)))
            .requestHandler(grpc);
  }

  private static KeyCertOptions keyCertOptions(ServingCertificate certificate) {
    return new PemKeyCertOptions()
        .addCertValue(Buffer.buffer(certificate.chain()))
        .addKeyValue(Buffer.buffer(certificate.key()));
  }

  /** Listens; fails when certificate, key or address cannot be had. */
  public void start() throws StartupException, InterruptedException {
    try {
      server
          .listen(settings.listen().port(), settings.listen().host())
          .toCompletionStage()
          .toCompletableFuture()
          .get();
      log.atInfo().addKeyValue("port", server.actualPort()).log("The link is served");
    } catch (ExecutionException e) {
      throw new StartupException(
          "Tried to listen on %s for agents but %s. Free the port or choose another with --link-listen, and check that certificate and key of %s are PEM and belong together."
              .formatted(settings.listen(), e.getCause(), certificate),
          e);
    }
  }

  /**
   * Shows this certificate to agents that connect from now on; streams stay as they are. One that
   * cannot be used is logged, and the one before stays.
   *
   * @return completed when it is shown; failed when it cannot be used
   */
  public CompletionStage<?> show(ServingCertificate next) {
    ServerSSLOptions options =
        new ServerSSLOptions()
            .setUseAlpn(true)
            .setApplicationLayerProtocols(List.of(HttpVersion.HTTP_2.alpnName()))
            .setKeyCertOptions(keyCertOptions(next));
    return server
        .updateSSLOptions(options)
        .onSuccess(changed ->
            log.atInfo().addKeyValue("source", next).log("The link shows another certificate"))
        .onFailure(failure ->
            log.error(
                "Tried to show the certificate of {} but {}. The one before stays; check that certificate and key are PEM and belong together.",
                next,
                failure.getMessage()))
        .toCompletionStage();
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
