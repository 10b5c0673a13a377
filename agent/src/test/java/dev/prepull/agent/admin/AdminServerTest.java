package dev.prepull.agent.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.agent.puller.PlanReceiver;
import dev.prepull.agent.puller.disk.DiskReading;
import dev.prepull.agent.report.ReportBook;
import dev.prepull.credentials.NodeCredentials;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImagePolicy;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlannedImage;
import dev.prepull.model.PullPermit;
import dev.prepull.model.PullProblem;
import dev.prepull.model.PullReason;
import dev.prepull.model.RuntimeInfo;
import dev.prepull.program.HostPort;
import dev.prepull.program.StartupException;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The agent's pages over HTTP. */
class AdminServerTest {

  private static final String LOOPBACK = "127.0.0.1";
  private static final ImageReference APP = ImageReference.parse("reg.example/app:1");
  private static final ImageDigest DIGEST = new ImageDigest("sha256:" + "a".repeat(64));

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client = HttpClient.newHttpClient();
  private final ReportBook book = new ReportBook();
  private final PlanBoard board = new PlanBoard(new Nobody(), book);
  private final AtomicLong nanos = new AtomicLong();
  private int port;

  @BeforeEach
  void start() throws Exception {
    port = server().start(new HostPort(LOOPBACK, 0));
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void isHealthyWhileItAnswers() throws Exception {
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
  }

  @Test
  void isReadyOnceTheNodeHoldsItsPlan() throws Exception {
    board.plan(NodePlan.of(List.of(new PlannedImage(APP, ImagePolicy.DEFAULT))));
    assertThat(get("/readyz").statusCode()).isEqualTo(503);
    assertThat(get("/readyz").body()).isEqualTo("0 of 1 images present\n");

    book.changed(ImageReport.present(APP, DIGEST, 1));

    assertThat(get("/readyz").statusCode()).isEqualTo(200);
  }

  @Test
  void isReadyWithoutAnImageThatHasFailedForTenMinutes() throws Exception {
    board.plan(NodePlan.of(List.of(new PlannedImage(APP, ImagePolicy.DEFAULT))));
    book.changed(failed(null));
    assertThat(get("/readyz").statusCode()).isEqualTo(503);

    nanos.set(Duration.ofMinutes(10).toNanos());

    assertThat(get("/readyz").statusCode()).isEqualTo(200);
    assertThat(get("/readyz").body())
        .isEqualTo(
            "ok, because --ready-timeout is over, but only 0 of 1 images present; "
                + "reg.example/app:1: NotFound, no such tag \"1\"\n");
  }

  @Test
  void servesMetricsAsPrometheusWantsThem() throws Exception {
    HttpResponse<String> page = get("/metrics");

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("content-type"))
        .contains("text/plain; version=0.0.4; charset=utf-8");
    assertThat(page.body()).contains("prepull_agent_info{version=\"0.1.0\",runtime=\"docker\"");
  }

  @Test
  void listsAPresentImage() throws Exception {
    book.changed(ImageReport.present(APP, DIGEST, 1L << 32));

    assertThat(images())
        .isEqualTo(
            new JsonArray()
                .add(
                    new JsonObject()
                        .put("image", APP.written())
                        .put("state", "Present")
                        .put("digest", DIGEST.value())
                        .put("sizeBytes", 1L << 32)
                        .put("bytesDone", 0)
                        .put("bytesTotal", 0)));
  }

  @Test
  void listsWhyAnImageIsMissingAndWhenItIsTriedAgain() throws Exception {
    book.changed(failed(Instant.parse("2026-01-01T00:00:30Z")));

    JsonObject image = images().getJsonObject(0);

    assertThat(image.getString("reason")).isEqualTo("NotFound");
    assertThat(image.getString("message")).isEqualTo("no such tag \"1\"");
    assertThat(image.getInteger("attempt")).isEqualTo(2);
    assertThat(image.getString("nextRetry")).isEqualTo("2026-01-01T00:00:30Z");
    assertThat(image.getValue("digest")).isNull();
  }

  @Test
  void listsNoTimeWhereTheNextTryDependsOnACondition() throws Exception {
    book.changed(failed(null));

    assertThat(images().getJsonObject(0).getValue("nextRetry")).isNull();
  }

  @Test
  void listsNothingAtFirst() throws Exception {
    assertThat(images()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/metrics/", "/healthz/x", "/api/v1", "/api/v1/images/1", "/..%2f"})
  void doesNotKnowOtherPages(String path) throws Exception {
    assertThat(get(path).statusCode()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "HEAD", "OPTIONS"})
  void servesNothingButGet(String method) throws Exception {
    HttpResponse<String> answer =
        send(request("/healthz").method(method, BodyPublishers.noBody()).build());

    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("allow")).contains("GET");
  }

  @Test
  void saysThatItsPortIsTaken() {
    assertThatThrownBy(() -> server().start(new HostPort(LOOPBACK, port)))
        .isInstanceOf(StartupException.class)
        .hasMessageContainingAll(
            "Tried to listen on 127.0.0.1:" + port,
            "Address already in use",
            "choose another with --http-listen");
  }

  private AdminServer server() {
    AgentMetrics metrics =
        new AgentMetrics("0.1.0", new RuntimeInfo("docker", "28.5.1"), book, () -> DiskReading.OFF);
    Readiness readiness = new Readiness(board, Duration.ofMinutes(10), nanos::get);
    return new AdminServer(vertx, new AdminServer.Plan(board, readiness), book, metrics);
  }

  private static ImageReport failed(@Nullable Instant nextRetry) {
    return ImageReport.troubled(
        APP,
        ImageState.FAILED,
        new PullProblem(PullReason.NOT_FOUND, "no such tag \"1\"", 2, nextRetry));
  }

  private JsonArray images() throws Exception {
    HttpResponse<String> answer = get("/api/v1/images");
    assertThat(answer.headers().firstValue("content-type")).contains("application/json");
    return new JsonArray(answer.body());
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(request(path).build());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://" + LOOPBACK + ":" + port + path))
        .timeout(Duration.ofSeconds(10));
  }

  private HttpResponse<String> send(HttpRequest request) throws Exception {
    return client.send(request, BodyHandlers.ofString());
  }

  private static final class Nobody implements PlanReceiver {
    @Override
    public void plan(NodePlan plan) {}

    @Override
    public void credentials(NodeCredentials credentials) {}

    @Override
    public void lock(Map<ImageReference, ImageDigest> locks) {}

    @Override
    public void permit(Collection<PullPermit> permits) {}

    @Override
    public void attached(boolean attached) {}
  }
}
