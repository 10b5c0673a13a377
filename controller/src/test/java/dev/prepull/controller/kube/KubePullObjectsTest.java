package dev.prepull.controller.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.prepull.controller.reconcile.PullObject;
import dev.prepull.controller.reconcile.Sighting;
import io.kubernetes.client.openapi.ApiClient;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One watch for each object, against an API server that answers what the test says. */
class KubePullObjectsTest {

  private static final long PATIENCE_SECONDS = 20;
  private static final PullObject SECRET = PullObject.secret("regcred");
  private static final PullObject ACCOUNT = PullObject.serviceAccount("builder");

  /** Ends a watch. */
  private static final String END = "";

  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> failed = new LinkedBlockingQueue<>();
  private volatile String items = "";
  private volatile int status = 200;
  private HttpServer server;
  private KubePullObjects objects;

  @BeforeEach
  void start() throws IOException {
    LenientJson.install();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
    objects = new KubePullObjects(client(), client(), "ns", failed::add);
  }

  private ApiClient client() {
    return new ApiClient().setBasePath("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @AfterEach
  void stop() {
    objects.close();
    events.add(END);
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String query =
        URLDecoder.decode(
            Objects.requireNonNullElse(exchange.getRequestURI().getRawQuery(), ""),
            StandardCharsets.UTF_8);
    boolean watch = query.contains("watch=true");
    asked.add("%s %s".formatted(watch ? "watch" : "list", exchange.getRequestURI().getPath()));
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    if (status != 200 || !query.contains("fieldSelector=metadata.name=")) {
      byte[] body =
          "{\"kind\":\"Status\",\"message\":\"no leave\"}".getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
      return;
    }
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream body = exchange.getResponseBody()) {
      if (watch) {
        // As the API server does: that the watch stands is told before its first event.
        body.flush();
        follow(body);
      } else {
        body.write(
            "{\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[%s]}"
                .formatted(items)
                .getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  private void follow(OutputStream body) throws IOException {
    try {
      for (String event = events.take(); !event.isEmpty(); event = events.take()) {
        body.write((event + "\n").getBytes(StandardCharsets.UTF_8));
        body.flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String secret(String config) {
    return "{\"metadata\":{\"name\":\"regcred\"},\"type\":\"kubernetes.io/dockerconfigjson\",\"data\":{\".dockerconfigjson\":\"%s\",\"other\":\"Z2Vo\"}}"
        .formatted(Base64.getEncoder().encodeToString(config.getBytes(StandardCharsets.UTF_8)));
  }

  private static String event(String type, String object) {
    return "{\"type\":\"%s\",\"object\":%s}".formatted(type, object);
  }

  private void need(PullObject... needed) {
    objects.need(Set.of(needed), (object, sighting) -> told.add(shown(object, sighting)));
  }

  private static String shown(PullObject object, Sighting sighting) {
    String what =
        switch (sighting) {
          case Sighting.FoundSecret(String type, var data) ->
              data.values().stream()
                      .map(config -> new String(config, StandardCharsets.UTF_8))
                      .toList()
                  + " "
                  + type;
          case Sighting.FoundServiceAccount(var names) -> names.toString();
          case Sighting.Missing() -> "missing";
          case Sighting.Unreadable(String why) -> why;
        };
    return object.name() + " " + what;
  }

  private static String next(BlockingQueue<String> queue) throws InterruptedException {
    return Objects.requireNonNull(
        queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "nothing came in time");
  }

  @Test
  void followsASecretFromItsAbsenceToItsDeletion() throws Exception {
    need(SECRET);
    assertThat(next(told)).isEqualTo("regcred missing");

    events.add(event("ADDED", secret("{}")));
    assertThat(next(told)).isEqualTo("regcred [{}] kubernetes.io/dockerconfigjson");
    events.add(event("MODIFIED", secret("[]")));
    assertThat(next(told)).isEqualTo("regcred [[]] kubernetes.io/dockerconfigjson");
    events.add(event("DELETED", secret("[]")));
    assertThat(next(told)).isEqualTo("regcred missing");
  }

  @Test
  void readsTheSecretsOfAServiceAccount() throws Exception {
    items = "{\"metadata\":{\"name\":\"builder\"},\"imagePullSecrets\":[{\"name\":\"a\"},{}]}";

    need(ACCOUNT);

    assertThat(next(told)).isEqualTo("builder [a]");
    assertThat(next(asked)).isEqualTo("list /api/v1/namespaces/ns/serviceaccounts");
  }

  @Test
  void asksAnewWhenAWatchEnds() throws Exception {
    need(SECRET);
    assertThat(next(told)).isEqualTo("regcred missing");
    items = secret("{}");

    events.add(END);

    assertThat(next(told)).isEqualTo("regcred [{}] kubernetes.io/dockerconfigjson");
  }

  @Test
  void namesTheRuleThatIsMissingAndTriesAgain() throws Exception {
    status = 403;
    need(SECRET);

    assertThat(next(told))
        .isEqualTo(
            "regcred cannot be read: 403 no leave. Give the controller's ServiceAccount a Role in namespace ns with verbs [list, watch] on secrets, resourceNames [regcred]");
    assertThat(next(failed)).isEqualTo("watch Secret");
    status = 200;

    String now = next(told);
    while (now.contains("403")) {
      now = next(told);
    }
    assertThat(now).isEqualTo("regcred missing");
  }

  @Test
  void showsNothingOfAnAnswerThatItDoesNotUnderstand() throws Exception {
    items = "{\"metadata\":{\"name\":\"regcred\"},\"data\":\"Geheim-1\"}";

    need(SECRET);

    assertThat(next(told))
        .startsWith("regcred cannot be read: the API server's answer is not understood")
        .doesNotContain("Geheim");
  }

  @Test
  void watchesOnlyWhatIsNeeded() throws Exception {
    need(SECRET);
    assertThat(next(told)).isEqualTo("regcred missing");

    need(ACCOUNT);
    assertThat(next(told)).isEqualTo("builder missing");
    events.add(event("ADDED", secret("{}")));
    need();

    assertThat(told).noneMatch(sighting -> sighting.startsWith("regcred"));
  }
}
