package dev.prepull.agent.link;

import dev.prepull.loop.EventLoop;
import dev.prepull.model.NodeHello;
import dev.prepull.program.StartupException;
import dev.prepull.protocol.AgentLink;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the node attached to the controller: opens the stream, and opens it again whenever it is
 * lost, for ever. While it is lost the puller goes on with what it was told.
 *
 * <p>All state belongs to the loop, which must be a Vert.x context of the same Vert.x.
 */
public final class LinkClient implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LinkClient.class);
  private static final Duration SAME_REASON_AGAIN = Duration.ofMinutes(5);
  private static final int CONNECT_TIMEOUT_SECONDS = 10;

  private final Vertx vertx;
  private final EventLoop loop;
  private final ReconnectDelays delays;
  private final LinkSettings settings;
  private final NodeSide node;
  private @Nullable AgentStream stream;

  /** The token that the controller knows; empty when it knows none. */
  private String shown = "";

  private @Nullable GrpcClient client;
  private String loggedReason = "";
  private Instant loggedAt = Instant.EPOCH;
  private boolean closed;

  /** Does not connect yet. */
  public LinkClient(
      Vertx vertx, EventLoop loop, ReconnectDelays delays, LinkSettings settings, NodeSide node) {
    this.vertx = vertx;
    this.loop = loop;
    this.delays = delays;
    this.settings = settings;
    this.node = node;
  }

  /** Makes sure that CA and token can be read, so that a typing error is told at the start. */
  public void check() throws StartupException {
    checkReadable(settings.caFile(), "--ca-file");
    checkReadable(settings.tokenFile(), "--token-file");
  }

  private static void checkReadable(Path file, String flag) throws StartupException {
    try {
      if (Files.readString(file).isBlank()) {
        throw new StartupException("Tried to read %s %s but it is empty.".formatted(flag, file));
      }
    } catch (IOException e) {
      throw new StartupException(
          "Tried to read %s %s but failed: %s. Check the path and its permissions."
              .formatted(flag, file, e),
          e);
    }
  }

  /** Begins to connect. */
  public void start() {
    node.reports().onNews(() -> loop.execute(this::flush));
    loop.execute(this::connect);
    loop.after(settings.tokenInterval(), this::watchToken);
  }

  /** The kubelet puts a new token into the file long before the old one expires. */
  private void watchToken() {
    if (closed) {
      return;
    }
    if (stream != null) {
      Thread.ofVirtual().name("link-token").start(this::readToken);
    }
    loop.after(settings.tokenInterval(), this::watchToken);
  }

  private void readToken() {
    try {
      String token = Files.readString(settings.tokenFile()).strip();
      loop.execute(() -> {
        if (stream != null && !shown.isEmpty() && !token.isEmpty() && !token.equals(shown)) {
          shown = token;
          stream.renew(token);
        }
      });
    } catch (IOException e) {
      log.warn("Tried to read --token-file {} anew but failed: {}", settings.tokenFile(), e);
    }
  }

  private void flush() {
    if (stream != null) {
      stream.flush();
    }
  }

  /** What one attach needs, read anew each time. */
  private record Introduction(String token, Buffer ca, NodeHello hello) {}

  private void connect() {
    if (!closed) {
      Thread.ofVirtual().name("link-hello").start(this::introduce);
    }
  }

  private void introduce() {
    try {
      String token = Files.readString(settings.tokenFile()).strip();
      Buffer ca = Buffer.buffer(Files.readAllBytes(settings.caFile()));
      Introduction introduction = new Introduction(token, ca, node.hello().hello());
      loop.execute(() -> open(introduction));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      String reason = "cannot introduce this node: " + e;
      loop.execute(() -> lost(null, reason));
    }
  }

  private void open(Introduction introduction) {
    if (closed) {
      return;
    }
    GrpcClient opened = client(introduction.ca());
    client = opened;
    opened
        .request(
            SocketAddress.inetSocketAddress(settings.port(), settings.host()), AgentLink.CLIENT)
        .onSuccess(request -> {
          if (closed) {
            request.cancel();
            return;
          }
          request.headers().set(AgentLink.AUTHORIZATION, "Bearer " + introduction.token());
          AgentStream begun = new AgentStream(request, node, settings, this::attached);
          stream = begun;
          shown = introduction.token();
          begun.begin(introduction.hello(), loop, reason -> lost(begun, reason));
        })
        .onFailure(failure -> lost(null, Reasons.of(failure)));
  }

  private GrpcClient client(Buffer ca) {
    HttpClientOptions http =
        new HttpClientOptions()
            .setProtocolVersion(HttpVersion.HTTP_2)
            .setSsl(true)
            .setUseAlpn(true)
            .setVerifyHost(true)
            .setTrustOptions(new PemTrustOptions().addCertValue(ca))
            .setConnectTimeout((int) TimeUnit.SECONDS.toMillis(CONNECT_TIMEOUT_SECONDS));
    return GrpcClient.client(
        vertx, new GrpcClientOptions().setMaxMessageSize(AgentLink.MAX_MESSAGE_BYTES), http);
  }

  private void attached() {
    delays.reset();
    loggedReason = "";
    log.atInfo()
        .addKeyValue("controller", settings.host() + ":" + settings.port())
        .log("Attached to the controller");
    node.plans().attached(true);
    node.listener().attached();
  }

  private void lost(@Nullable AgentStream which, String reason) {
    if (which != stream) {
      return;
    }
    stream = null;
    shown = "";
    closeClient();
    node.plans().attached(false);
    node.listener().detached(reason);
    if (closed) {
      return;
    }
    tell(reason);
    loop.after(delays.next(), this::connect);
  }

  /** Logs a reason once, and again when it changes or has lasted. */
  private void tell(String reason) {
    boolean lasting = Duration.between(loggedAt, loop.now()).compareTo(SAME_REASON_AGAIN) >= 0;
    if (!reason.equals(loggedReason) || lasting) {
      loggedReason = reason;
      loggedAt = loop.now();
      log.atWarn()
          .addKeyValue("controller", settings.host() + ":" + settings.port())
          .log("Not attached to the controller, trying again: {}", reason);
    }
  }

  /** Ends the stream and does not open it again. */
  @Override
  public void close() {
    loop.execute(() -> {
      closed = true;
      if (stream != null) {
        stream.end();
      }
      closeClient();
    });
  }

  private void closeClient() {
    if (client != null) {
      client.close().onFailure(failure -> log.debug("The link did not close cleanly", failure));
      client = null;
    }
  }
}
