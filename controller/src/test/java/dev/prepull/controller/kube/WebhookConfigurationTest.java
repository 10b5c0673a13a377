package dev.prepull.controller.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.prepull.loop.FakeEventLoop;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.models.AdmissionregistrationV1WebhookClientConfig;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1ValidatingWebhook;
import io.kubernetes.client.openapi.models.V1ValidatingWebhookConfiguration;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the API server trusts the webhook by follows what agents trust the link by. */
class WebhookConfigurationTest {

  private static final String NAME = "prepull";

  private final HttpServer server;
  private final FakeEventLoop loop = new FakeEventLoop();
  private final List<String> requests = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private final WebhookConfiguration configuration;
  private int status = 200;

  WebhookConfigurationTest() throws IOException {
    LenientJson.install();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    configuration =
        new WebhookConfiguration(
            new ApiClient().setBasePath("http://127.0.0.1:" + server.getAddress().getPort()),
            new WebhookConfiguration.Names("prepull-system", "prepull-ca", NAME),
            loop,
            Runnable::run,
            failures::add);
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    requests.add(
        "%s %s %s %s"
            .formatted(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getPath(),
                exchange.getRequestHeaders().getFirst("content-type"),
                body));
    byte[] answer = "{\"message\":\"as the test wishes\"}".getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  private void publish(String authorities) {
    configuration.published(
        Optional.of(
            new V1ConfigMap()
                .metadata(new V1ObjectMeta().name("prepull-ca"))
                .data(Map.of("ca.crt", authorities))));
    loop.run();
  }

  private void configure(V1ValidatingWebhookConfiguration now) {
    configuration.configured(Optional.of(now));
    loop.run();
  }

  private static V1ValidatingWebhookConfiguration at(
      String resourceVersion, @Nullable String... bundles) {
    List<V1ValidatingWebhook> webhooks = new ArrayList<>();
    for (String bundle : bundles) {
      webhooks.add(
          new V1ValidatingWebhook()
              .name("hook-" + webhooks.size())
              .clientConfig(
                  new AdmissionregistrationV1WebhookClientConfig()
                      .caBundle(bundle == null ? null : bundle.getBytes(StandardCharsets.UTF_8))));
    }
    return new V1ValidatingWebhookConfiguration()
        .metadata(new V1ObjectMeta().name(NAME).resourceVersion(resourceVersion))
        .webhooks(webhooks);
  }

  private void passPause() {
    loop.advance(WebhookConfiguration.PAUSE);
  }

  @Test
  void writesWhatIsMissingOverTheVersionThatWasSeen() {
    publish("ca1");

    configure(at("7", null, "ca1", "old"));

    assertThat(requests)
        .singleElement()
        .asString()
        .startsWith(
            "PATCH /apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/prepull application/strategic-merge-patch+json")
        .contains("\"resourceVersion\":\"7\"", "\"name\":\"hook-0\"", "\"name\":\"hook-2\"")
        .contains("\"caBundle\":\"Y2Ex\"")
        .doesNotContain("hook-1");
  }

  @Test
  void writesNothingWhileAllIsRight() {
    publish("ca1");

    configure(at("7", "ca1"));

    assertThat(requests).isEmpty();
  }

  @Test
  void writesNothingBeforeItKnowsWhatIsTrustedOrWhereToWriteIt() {
    configure(at("7", "by hand"));
    configuration.configured(Optional.empty());
    publish("ca1");

    assertThat(requests).isEmpty();
  }

  @Test
  void followsAnotherAuthority() {
    publish("ca1");
    configure(at("7", "ca1"));

    publish("ca2");

    assertThat(requests).singleElement().asString().contains("\"caBundle\":\"Y2Ey\"");
  }

  @Test
  void keepsWhatWasTrustedWhileNothingIsPublished() {
    publish("ca1");
    configuration.published(Optional.empty());
    publish("  ");

    configure(at("7", null, null));

    assertThat(requests).singleElement().asString().contains("\"caBundle\":\"Y2Ex\"");
  }

  @Test
  void putsItBackWhenSomebodyTakesItAwayButNotMoreOftenThanEveryFewSeconds() {
    publish("ca1");
    configure(at("7", (String) null));
    configure(at("8", "ca1"));

    configure(at("9", (String) null));
    assertThat(requests).hasSize(1);
    passPause();

    assertThat(requests).hasSize(2).last().asString().contains("\"resourceVersion\":\"9\"");
  }

  @Test
  void leavesItToWhomAnAnnotationNames() {
    publish("ca1");
    V1ValidatingWebhookConfiguration theirs = at("7", (String) null);
    Objects.requireNonNull(theirs.getMetadata())
        .putAnnotationsItem("cert-manager.io/inject-ca-from", "prepull-system/prepull-tls");

    configure(theirs);

    assertThat(requests).isEmpty();
  }

  @Test
  void triesAgainWhatHasFailed() {
    status = 500;
    publish("ca1");
    configure(at("7", (String) null));
    status = 200;
    passPause();

    assertThat(requests).hasSize(2);
    assertThat(failures).containsExactly("write webhook configuration");
  }

  @Test
  void isNoFailureWhenSomebodyWasFaster() {
    status = 409;
    publish("ca1");
    configure(at("7", (String) null));
    configure(at("8", "ca1"));
    passPause();

    assertThat(requests).hasSize(1);
    assertThat(failures).isEmpty();
  }
}
