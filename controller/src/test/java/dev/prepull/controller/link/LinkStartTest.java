package dev.prepull.controller.link;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.controller.reconcile.AgentAuthenticator.Verdict;
import dev.prepull.program.HostPort;
import dev.prepull.program.StartupException;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A link that cannot be served says what was tried, why it failed and what to do. */
class LinkStartTest {

  private static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);

  @TempDir Path folder;

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  private void start(HostPort listen, Path certificate, Path key) throws Exception {
    try (TestLink observer = TestLink.start();
        LinkServer server =
            new LinkServer(
                vertx,
                new LinkServerSettings(listen, certificate, key, Duration.ofSeconds(10)),
                new LinkServer.Doorkeeper(
                    (token, node) -> CompletableFuture.completedFuture(new Verdict.Admitted()),
                    reason -> {}),
                observer)) {
      server.start();
    }
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void namesACertificateFileThatIsMissing() {
    Path missing = folder.resolve("tls.crt");

    assertThatThrownBy(() -> start(ANY_PORT, missing, TestLink.certificate().key()))
        .isInstanceOf(StartupException.class)
        .hasMessage(
            "Tried to read --tls-cert %s but there is no such readable file. Check the path and its permissions.",
            missing);
  }

  @Test
  void namesAKeyFileThatIsMissing() {
    Path missing = folder.resolve("tls.key");

    assertThatThrownBy(() -> start(ANY_PORT, TestLink.certificate().certificate(), missing))
        .isInstanceOf(StartupException.class)
        .hasMessageStartingWith("Tried to read --tls-key " + missing);
  }

  @Test
  void refusesACertificateThatIsNoPem() throws IOException {
    Path garbage = file("tls.crt", "not a certificate");

    assertThatThrownBy(() -> start(ANY_PORT, garbage, TestLink.certificate().key()))
        .isInstanceOf(StartupException.class)
        .hasMessageStartingWith("Tried to listen on 127.0.0.1:0 for agents but ")
        .hasMessageContaining("--tls-cert and --tls-key are PEM files that belong together");
  }

  @Test
  void refusesAKeyThatIsNoPem() throws IOException {
    Path garbage = file("tls.key", "");

    assertThatThrownBy(() -> start(ANY_PORT, TestLink.certificate().certificate(), garbage))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("--tls-cert and --tls-key are PEM files that belong together");
  }

  @Test
  void namesAPortThatIsInUse() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      HostPort listen = new HostPort("127.0.0.1", taken.getLocalPort());
      TestCertificate certificate = TestLink.certificate();

      assertThatThrownBy(() -> start(listen, certificate.certificate(), certificate.key()))
          .isInstanceOf(StartupException.class)
          .hasMessageStartingWith("Tried to listen on %s for agents but ".formatted(listen))
          .hasMessageContaining("Address already in use")
          .hasMessageContaining("choose another with --link-listen");
    }
  }
}
