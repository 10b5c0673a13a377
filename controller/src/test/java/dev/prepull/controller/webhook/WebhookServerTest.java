package dev.prepull.controller.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.controller.list.RawList;
import dev.prepull.controller.tls.LinkKeys;
import dev.prepull.controller.webhook.ReviewListener.Outcome;
import dev.prepull.program.HostPort;
import dev.prepull.program.StartupException;
import io.vertx.core.Vertx;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The webhook over real HTTPS. */
class WebhookServerTest {

  private static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);
  private static final List<String> NAMES = List.of("127.0.0.1");

  private final Vertx vertx = Vertx.vertx();
  private final Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
  private final LinkKeys keys = LinkKeys.make(NAMES, Instant.now());
  private final SSLContext trusting = trust(keys);
  private final HttpClient client = client(trusting);
  private final WebhookServer server = server(keys);

  WebhookServerTest() throws GeneralSecurityException {}

  private WebhookServer server(LinkKeys shown) {
    return new WebhookServer(
        vertx, AdmissionJson.NAMESPACE, shown.serving("the test"), outcomes::add);
  }

  private static SSLContext trust(LinkKeys authority) throws GeneralSecurityException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setCertificateEntry(
          "ca",
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(authority.trusted().getBytes(StandardCharsets.UTF_8))));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (java.io.IOException e) {
      throw new GeneralSecurityException(e);
    }
  }

  private static HttpClient client(SSLContext context) {
    return HttpClient.newBuilder().sslContext(context).build();
  }

  @BeforeEach
  void start() throws Exception {
    server.start(ANY_PORT);
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    vertx.close().await();
  }

  private static byte[] review(String images) {
    return AdmissionJson.bytes(
        AdmissionJson.create(
            AdmissionJson.configMap(
                new RawList("apps", "1", Map.of("images", images), Set.of()), AdmissionJson.LIST)));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + server.port() + path));
  }

  private HttpResponse<String> post(BodyPublisher body) throws Exception {
    return client.send(request("/validate?timeout=5s").POST(body).build(), BodyHandlers.ofString());
  }

  @Test
  void refusesABadListWithLineAndColumn() throws Exception {
    HttpResponse<String> response = post(BodyPublishers.ofByteArray(review("a:1\n  Nginx:1\n")));

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).contains("application/json");
    assertThat(response.body())
        .contains("\"allowed\":false", "ConfigMap apps, key images, line 2, column 3: ");
    assertThat(outcomes).containsExactly(Outcome.REFUSED);
  }

  @Test
  void takesAGoodListOfTheLargestSize() throws Exception {
    StringBuilder images = new StringBuilder();
    for (int i = 0; images.length() < (1 << 20) - 100; i++) {
      images.append("registry.example.com/team/app").append(i).append(":1\n");
    }

    HttpResponse<String> response = post(BodyPublishers.ofByteArray(review(images.toString())));

    assertThat(response.body()).contains("\"allowed\":true");
    assertThat(outcomes).containsExactly(Outcome.ALLOWED);
  }

  @Test
  void saysWhatIsWrongWithARequest() throws Exception {
    HttpResponse<String> response = post(BodyPublishers.ofString("{"));

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).startsWith("this is no AdmissionReview: expected JSON: ");
    assertThat(outcomes).containsExactly(Outcome.FAILED);
  }

  @Test
  void servesNothingElse() throws Exception {
    HttpResponse<String> elsewhere =
        client.send(request("/healthz").build(), BodyHandlers.ofString());
    HttpResponse<String> get = client.send(request("/validate").build(), BodyHandlers.ofString());

    assertThat(elsewhere.statusCode()).isEqualTo(404);
    assertThat(get.statusCode()).isEqualTo(405);
  }

  @Test
  void readsNoMoreThanItHasRoomFor() throws Exception {
    try (SSLSocket socket = open()) {
      send(socket, "POST /validate HTTP/1.1\r\nhost: a\r\ncontent-length: 99999999\r\n\r\n");
      byte[] chunk = new byte[1 << 20];
      for (int sent = 0; sent <= WebhookServer.MOST_BYTES; sent += chunk.length) {
        socket.getOutputStream().write(chunk);
      }

      assertThat(answer(socket)).startsWith("HTTP/1.1 413 ").contains("more than 8388608 bytes");
    }
    assertThat(outcomes).containsExactly(Outcome.FAILED);
  }

  @Test
  @Timeout(60)
  void sendsAwayWhoComesWhileItIsBusyAndGoesOnAfterwards() throws Exception {
    List<SSLSocket> slow = new ArrayList<>();
    for (int i = 0; i < WebhookServer.MOST_AT_A_TIME; i++) {
      SSLSocket socket = open();
      slow.add(socket);
      send(socket, "POST /validate HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\n");
    }
    while (server.inHand() < WebhookServer.MOST_AT_A_TIME) {
      Thread.onSpinWait();
    }

    assertThat(post(BodyPublishers.ofByteArray(review("a:1"))).statusCode()).isEqualTo(503);
    for (SSLSocket socket : slow) {
      send(socket, "{");
      assertThat(answer(socket)).startsWith("HTTP/1.1 400 ");
      socket.close();
    }
    assertThat(post(BodyPublishers.ofByteArray(review("a:1"))).statusCode()).isEqualTo(200);
  }

  private SSLSocket open() throws Exception {
    SSLSocket socket =
        (SSLSocket) trusting.getSocketFactory().createSocket("127.0.0.1", server.port());
    socket.startHandshake();
    return socket;
  }

  private static void send(SSLSocket socket, String text) throws Exception {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  /** All that comes until the server closes the connection. */
  private static String answer(SSLSocket socket) throws Exception {
    InputStream in = socket.getInputStream();
    return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
  }

  @Test
  void showsAnotherCertificateWhenThereIsOne() throws Exception {
    WebhookServer later = server(LinkKeys.make(NAMES, Instant.now()));
    later.start(ANY_PORT);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + later.port() + "/validate"))
            .build();
    assertThatThrownBy(() -> client.send(request, BodyHandlers.discarding()))
        .isInstanceOf(SSLHandshakeException.class);

    later.show(keys.serving("another")).toCompletableFuture().get();

    assertThat(client.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(405);
    later.close();
  }

  @Test
  void namesAPortThatIsInUse() {
    HostPort taken = new HostPort("127.0.0.1", server.port());

    assertThatThrownBy(() -> server(keys).start(taken))
        .isInstanceOf(StartupException.class)
        .hasMessageStartingWith("Tried to listen on %s for the webhook but ".formatted(taken))
        .hasMessageEndingWith("Free the port or choose another with --webhook-listen.");
  }
}
