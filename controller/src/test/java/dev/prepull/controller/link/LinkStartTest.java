package dev.prepull.controller.link;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.controller.reconcile.AgentAuthenticator.Verdict;
import dev.prepull.controller.reconcile.Leadership;
import dev.prepull.controller.tls.ServingCertificate;
import dev.prepull.program.HostPort;
import dev.prepull.program.StartupException;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A link that cannot be served says what was tried, why it failed and what to do. */
class LinkStartTest {

  private static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  private void start(HostPort listen, ServingCertificate certificate) throws Exception {
    try (TestLink observer = TestLink.start();
        LinkServer server =
            new LinkServer(
                vertx,
                new LinkServerSettings(listen, Duration.ofSeconds(10)),
                certificate,
                new LinkServer.Doorkeeper(
                    (token, node) -> CompletableFuture.completedFuture(Verdict.Admitted.FOR_EVER),
                    reason -> {},
                    Leadership.ALWAYS),
                observer)) {
      server.start();
    }
  }

  @Test
  void refusesACertificateThatIsNoPem() {
    ServingCertificate good = TestLink.certificate().serving();

    assertThatThrownBy(() ->
            start(ANY_PORT, new ServingCertificate("no certificate", good.key(), "Secret ns/tls")))
        .isInstanceOf(StartupException.class)
        .hasMessageStartingWith("Tried to listen on 127.0.0.1:0 for agents but ")
        .hasMessageContaining("certificate and key of Secret ns/tls are PEM and belong together");
  }

  @Test
  void refusesAKeyThatIsNoPem() {
    ServingCertificate good = TestLink.certificate().serving();

    assertThatThrownBy(
            () -> start(ANY_PORT, new ServingCertificate(good.chain(), "", "Secret ns/tls")))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("certificate and key of Secret ns/tls are PEM and belong together");
  }

  @Test
  void namesAPortThatIsInUse() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      HostPort listen = new HostPort("127.0.0.1", taken.getLocalPort());
      ServingCertificate certificate = TestLink.certificate().serving();

      assertThatThrownBy(() -> start(listen, certificate))
          .isInstanceOf(StartupException.class)
          .hasMessageStartingWith("Tried to listen on %s for agents but ".formatted(listen))
          .hasMessageContaining("Address already in use")
          .hasMessageContaining("choose another with --link-listen");
    }
  }
}
