package dev.prepull.controller.link;

import dev.prepull.program.HostPort;
import dev.prepull.program.StartupException;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.streams.Pipe;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leads agents that have come to a standby on to the controller that leads. It passes bytes: TLS is
 * between agent and leader, so a standby sees neither tokens nor plans. A connection lasts as long
 * as both of its ends.
 */
public final class LeaderRelay implements AutoCloseable {

  private static final int CONNECT_TIMEOUT_MILLIS = 2_000;

  private static final Logger log = LoggerFactory.getLogger(LeaderRelay.class);

  private final Supplier<Optional<HostPort>> leader;
  private final NetServer server;
  private final NetClient client;

  /**
   * Does not listen yet.
   *
   * @param leader who leads now; empty while nobody is known to. Asked by any thread.
   */
  public LeaderRelay(Vertx vertx, Supplier<Optional<HostPort>> leader) {
    this.leader = leader;
    this.server = vertx.createNetServer().connectHandler(this::accept);
    this.client =
        vertx.createNetClient(new NetClientOptions().setConnectTimeout(CONNECT_TIMEOUT_MILLIS));
  }

  /** Listens where the leader would; fails when the address cannot be had. */
  public void start(HostPort listen) throws StartupException, InterruptedException {
    try {
      server.listen(listen.port(), listen.host()).toCompletionStage().toCompletableFuture().get();
    } catch (ExecutionException e) {
      throw new StartupException(
          "Tried to listen on %s for agents but %s. Free the port or choose another with --link-listen."
              .formatted(listen, e.getCause()),
          e);
    }
  }

  /** The port that the system chose when it was asked to. */
  int port() {
    return server.actualPort();
  }

  private void accept(NetSocket agent) {
    Optional<HostPort> to = leader.get();
    if (to.isEmpty()) {
      agent.close();
      return;
    }
    HostPort address = to.get();
    // Made at once, so that it notices when the agent goes away before the leader has answered.
    Pipe<Buffer> sent = agent.pipe();
    client
        .connect(address.port(), address.host())
        .onSuccess(upstream -> join(agent, sent, upstream))
        .onFailure(failure -> {
          log.atInfo()
              .addKeyValue("leader", address)
              .log("Tried to lead an agent on but failed: {}", failure.getMessage());
          sent.close();
          agent.close();
        });
  }

  private static void join(NetSocket agent, Pipe<Buffer> sent, NetSocket leader) {
    sent.to(leader).onComplete(ended -> leader.close());
    leader.pipeTo(agent).onComplete(ended -> agent.close());
  }

  /** Stops listening and ends the connections. Blocks; the port is free afterwards. */
  @Override
  public void close() {
    try {
      server.close().toCompletionStage().toCompletableFuture().get();
      client.close().toCompletionStage().toCompletableFuture().get();
    } catch (ExecutionException e) {
      log.debug("The relay did not close cleanly", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
