package dev.prepull.controller.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.reconcile.AgentAuthenticator.Verdict;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** An agent whose network drops everything without a word. */
class LinkSilenceTest {

  /** Passes bytes on between agent and link until the network fails. */
  private static final class Network {
    private final NetClient client;
    private final NetServer server;
    private final List<NetSocket> sockets = new ArrayList<>();

    Network(Vertx vertx, int linkPort) {
      client = vertx.createNetClient();
      server =
          vertx
              .createNetServer()
              .connectHandler(agent -> {
                agent.pause();
                client.connect(linkPort, "127.0.0.1").onSuccess(link -> join(agent, link));
              });
      server.listen(0, "127.0.0.1").await();
    }

    private synchronized void join(NetSocket agent, NetSocket link) {
      sockets.addAll(List.of(agent, link));
      agent.handler(bytes -> link.write(bytes).onFailure(ignored -> agent.pause()));
      link.handler(bytes -> agent.write(bytes).onFailure(ignored -> link.pause()));
      agent.resume();
    }

    int port() {
      return server.actualPort();
    }

    synchronized void dropEverything() {
      sockets.forEach(socket -> socket.handler(bytes -> {}));
    }
  }

  @Test
  void isNoticedByTheAnswerThatDoesNotCome() throws Exception {
    try (TestLink link =
        TestLink.start(
            (token, node) -> CompletableFuture.completedFuture(Verdict.Admitted.FOR_EVER),
            Duration.ofMillis(500))) {
      Network network = new Network(link.vertx(), link.port());
      TestAgent agent = link.connectThrough(network.port());
      agent.hello(TestLink.hello("n1"));
      assertThat(link.nextTold()).isEqualTo("attached n1");

      network.dropEverything();

      assertThat(link.nextTold()).isEqualTo("detached");
    }
  }
}
