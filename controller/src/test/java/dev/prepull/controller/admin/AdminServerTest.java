package dev.prepull.controller.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.controller.status.StatusJson;
import dev.prepull.program.HostPort;
import dev.prepull.program.StartupException;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The controller's HTTP side over real HTTP. */
class AdminServerTest {

  private static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);

  private final Vertx vertx = Vertx.vertx();
  private final FakeFleet fleet = new FakeFleet();
  private final ControllerMetrics metrics = new ControllerMetrics();
  private final AdminServer server = new AdminServer(vertx, metrics);
  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeEach
  void start() throws Exception {
    server.start(ANY_PORT);
    server.show(fleet);
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    vertx.close().await();
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(request(path).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
    return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
  }

  private static String type(HttpResponse<String> response) {
    return response.headers().firstValue("content-type").orElse("none");
  }

  @Test
  void isAlwaysAlive() throws Exception {
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
  }

  @Test
  void isReadyOnceListsAndNodesAreKnown() throws Exception {
    HttpResponse<String> before = get("/readyz");
    fleet.ready = true;
    HttpResponse<String> after = get("/readyz");

    assertThat(before.statusCode()).isEqualTo(503);
    assertThat(before.body()).isEqualTo("lists and nodes are not known yet\n");
    assertThat(after.statusCode()).isEqualTo(200);
  }

  @Test
  void saysWhyItIsNotReadyWhileItDoesNotKnowWhereTheLeaderIs() throws Exception {
    AdminServer standby = new AdminServer(vertx, metrics);
    standby.start(ANY_PORT);
    standby.standBy(new AdminServer.Standby(() -> "standby: another leads", Optional::empty));
    String url = "http://127.0.0.1:" + standby.port();

    HttpResponse<String> ready = get(URI.create(url + "/readyz"));
    HttpResponse<String> api = get(URI.create(url + "/api/v1/status"));

    assertThat(ready.statusCode()).isEqualTo(503);
    assertThat(ready.body()).isEqualTo("standby: another leads\n");
    assertThat(api.statusCode()).isEqualTo(503);
    assertThat(api.body()).isEqualTo("{\"error\":\"standby: another leads\"}");
    assertThat(get(URI.create(url + "/healthz")).statusCode()).isEqualTo(200);
    assertThat(get(URI.create(url + "/metrics")).body()).contains("prepull_controller_leader 0.0");
  }

  @Test
  void servesTheLeadersApiWhileAnotherControllerLeads() throws Exception {
    AdminServer standby = new AdminServer(vertx, metrics);
    standby.start(ANY_PORT);
    standby.standBy(
        new AdminServer.Standby(
            () -> "standby: another leads",
            () -> Optional.of(new HostPort("127.0.0.1", server.port()))));
    String url = "http://127.0.0.1:" + standby.port();

    HttpResponse<String> ready = get(URI.create(url + "/readyz"));
    HttpResponse<String> status = get(URI.create(url + "/api/v1/status"));
    HttpResponse<String> unknown = get(URI.create(url + "/api/v1/nodes/unknown"));

    assertThat(ready.statusCode()).isEqualTo(200);
    assertThat(ready.body()).isEqualTo("standby: another leads\n");
    assertThat(StatusJson.parse(status.body())).isEqualTo(FakeFleet.STATUS);
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(get(URI.create(url + "/metrics")).body()).contains("prepull_controller_leader 0.0");
  }

  @Test
  void saysThatALeaderThatIsGoneCannotBeAsked() throws Exception {
    ServerSocket gone = new ServerSocket(0);
    HostPort leader = new HostPort("127.0.0.1", gone.getLocalPort());
    gone.close();
    AdminServer standby = new AdminServer(vertx, metrics);
    standby.start(ANY_PORT);
    standby.standBy(
        new AdminServer.Standby(() -> "standby: another leads", () -> Optional.of(leader)));

    HttpResponse<String> status =
        get(URI.create("http://127.0.0.1:" + standby.port() + "/api/v1/status"));

    assertThat(status.statusCode()).isEqualTo(502);
  }

  @Test
  void servesMetricsAsPrometheusReadsThem() throws Exception {
    HttpResponse<String> response = get("/metrics");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(type(response)).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
    assertThat(response.body()).contains("# TYPE prepull_nodes_desired gauge");
  }

  @Test
  void servesTheStatus() throws Exception {
    HttpResponse<String> response = get("/api/v1/status");

    assertThat(type(response)).isEqualTo("application/json");
    assertThat(StatusJson.parse(response.body())).isEqualTo(FakeFleet.STATUS);
  }

  @Test
  void servesTheImages() throws Exception {
    assertThat(get("/api/v1/images").body())
        .isEqualTo(StatusJson.render(FakeFleet.STATUS.images()))
        .contains("\"digest\":\"sha256:1\"", "\"phase\":\"Locking\"", "\"stalled\":null");
  }

  @Test
  void servesTheNodesWithoutTheirImages() throws Exception {
    assertThat(get("/api/v1/nodes").body())
        .isEqualTo(StatusJson.render(List.of(FakeFleet.NODE.summary())))
        .contains("\"images\":[]");
  }

  @Test
  void servesOneNodeWithItsImages() throws Exception {
    assertThat(get("/api/v1/nodes/n1").body())
        .isEqualTo(StatusJson.render(FakeFleet.NODE))
        .contains("\"image\":\"nginx:1\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/api/v1",
        "/api/v1/status/",
        "/api/v1/nodes/",
        "/api/v1/nodes/n2",
        "/api/v1/nodes/N1",
        "/api/v1/nodes/n1/images",
        "/api/v1/nodes/%2e%2e",
        "/healthz/x",
      })
  void findsNothingElse(String path) throws Exception {
    HttpResponse<String> response = get(path);

    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(type(response)).isEqualTo("application/json");
    assertThat(response.body()).startsWith("{\"error\":\"");
  }

  @Test
  void namesANodeThatItDoesNotKnow() throws Exception {
    assertThat(get("/api/v1/nodes/n2").body()).isEqualTo("{\"error\":\"no such node\"}");
  }

  @Test
  void isReadOnly() throws Exception {
    HttpRequest post = request("/api/v1/status").POST(BodyPublishers.ofString("{}")).build();

    assertThat(client.send(post, BodyHandlers.ofString()).statusCode()).isEqualTo(405);
  }

  @Test
  void keepsTheReasonOfAnInternalErrorToTheLog() throws Exception {
    fleet.failure = Optional.of(new IllegalStateException("secret detail"));

    HttpResponse<String> response = get("/api/v1/status");

    assertThat(response.statusCode()).isEqualTo(500);
    assertThat(response.body()).isEqualTo("internal error; see the log\n");
  }

  @Test
  void namesAPortThatIsInUse() {
    HostPort taken = new HostPort("127.0.0.1", server.port());

    assertThatThrownBy(() -> new AdminServer(vertx, metrics).start(taken))
        .isInstanceOf(StartupException.class)
        .hasMessageStartingWith("Tried to listen on %s for HTTP but ".formatted(taken))
        .hasMessageContaining("Address already in use")
        .hasMessageEndingWith("Free the port or choose another with --http-listen.");
  }
}
