package dev.prepull.controller.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.program.HostPort;
import dev.prepull.program.StartupException;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an agent and a leader notice of a standby between them, over real connections. */
class LeaderRelayTest {

  private static final int BACKLOG = 8;
  private static final int TIMEOUT_MILLIS = 10_000;
  private static final int END = -1;

  private final Vertx vertx = Vertx.vertx();
  private final AtomicReference<Optional<HostPort>> leader =
      new AtomicReference<>(Optional.empty());
  private final LeaderRelay relay = new LeaderRelay(vertx, leader::get);

  @BeforeEach
  void start() throws Exception {
    relay.start(new HostPort("127.0.0.1", 0));
  }

  @AfterEach
  void stop() {
    relay.close();
    vertx.close().await();
  }

  private static ServerSocket listen() throws IOException {
    ServerSocket server = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    server.setSoTimeout(TIMEOUT_MILLIS);
    return server;
  }

  private Socket connect() throws IOException {
    return patient(new Socket(InetAddress.getLoopbackAddress(), relay.port()));
  }

  private static Socket patient(Socket socket) throws IOException {
    socket.setSoTimeout(TIMEOUT_MILLIS);
    return socket;
  }

  private void lead(ServerSocket server) {
    leader.set(Optional.of(new HostPort("127.0.0.1", server.getLocalPort())));
  }

  @Test
  void passesBytesBothWays() throws Exception {
    try (ServerSocket server = listen()) {
      lead(server);
      try (Socket agent = connect();
          Socket atLeader = patient(server.accept())) {
        agent.getOutputStream().write('h');
        assertThat(atLeader.getInputStream().read()).isEqualTo('h');

        atLeader.getOutputStream().write('p');

        assertThat(agent.getInputStream().read()).isEqualTo('p');
      }
    }
  }

  @Test
  void theLeaderNoticesThatTheAgentGoes() throws Exception {
    try (ServerSocket server = listen()) {
      lead(server);
      Socket agent = connect();
      try (Socket atLeader = patient(server.accept())) {
        agent.close();

        assertThat(atLeader.getInputStream().read()).isEqualTo(END);
      }
    }
  }

  @Test
  void theAgentNoticesThatTheLeaderGoes() throws Exception {
    try (ServerSocket server = listen()) {
      lead(server);
      try (Socket agent = connect()) {
        server.accept().close();

        assertThat(agent.getInputStream().read()).isEqualTo(END);
      }
    }
  }

  @Test
  void endsAnAgentsConnectionWhileNobodyIsKnownToLead() throws Exception {
    try (Socket agent = connect()) {
      assertThat(agent.getInputStream().read()).isEqualTo(END);
    }
  }

  @Test
  void endsAnAgentsConnectionWhenTheLeaderCannotBeReached() throws Exception {
    ServerSocket gone = listen();
    lead(gone);
    gone.close();

    try (Socket agent = connect()) {
      assertThat(agent.getInputStream().read()).isEqualTo(END);
    }
  }

  @Test
  void leadsToWhoeverLeadsWhenAnAgentComes() throws Exception {
    try (ServerSocket first = listen();
        ServerSocket second = listen()) {
      lead(first);
      try (Socket before = connect();
          Socket atFirst = patient(first.accept())) {
        lead(second);

        try (Socket after = connect();
            Socket atSecond = patient(second.accept())) {
          before.getOutputStream().write('1');
          after.getOutputStream().write('2');
          assertThat(atFirst.getInputStream().read()).isEqualTo('1');
          assertThat(atSecond.getInputStream().read()).isEqualTo('2');
        }
      }
    }
  }

  @Test
  void freesItsPortAndEndsItsConnectionsWhenItIsClosed() throws Exception {
    try (ServerSocket server = listen()) {
      lead(server);
      HostPort address = new HostPort("127.0.0.1", relay.port());
      try (Socket agent = connect();
          Socket atLeader = patient(server.accept())) {
        relay.close();

        assertThat(agent.getInputStream().read()).isEqualTo(END);
        assertThat(atLeader.getInputStream().read()).isEqualTo(END);
      }
      try (LeaderRelay next = new LeaderRelay(vertx, leader::get)) {
        next.start(address);
        assertThat(next.port()).isEqualTo(address.port());
      }
    }
  }

  @Test
  void namesAPortThatIsInUse() throws Exception {
    try (ServerSocket taken = listen();
        LeaderRelay second = new LeaderRelay(vertx, leader::get)) {
      HostPort listen = new HostPort("127.0.0.1", taken.getLocalPort());

      assertThatThrownBy(() -> second.start(listen))
          .isInstanceOf(StartupException.class)
          .hasMessageStartingWith("Tried to listen on %s for agents but ".formatted(listen))
          .hasMessageEndingWith("Free the port or choose another with --link-listen.");
    }
  }
}
