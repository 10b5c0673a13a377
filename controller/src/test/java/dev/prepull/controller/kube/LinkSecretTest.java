package dev.prepull.controller.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.controller.tls.LinkKeys;
import dev.prepull.controller.tls.ServingCertificate;
import dev.prepull.program.StartupException;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The link's certificate outlives the controller, and is there before anybody asks for it. */
class LinkSecretTest {

  private static final List<String> SERVER = List.of("prepull-controller.prepull-system.svc");

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final FakeApiServer server;
  private final List<String> failures = new ArrayList<>();

  LinkSecretTest() throws IOException {
    server = new FakeApiServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private LinkSecret controller() {
    return controller(NOW);
  }

  /** One at that time. */
  private LinkSecret controller(Instant now) {
    return new LinkSecret(
        server.api(),
        new LinkSecret.Names(FakeApiServer.NAMESPACE, "prepull-tls", "prepull-ca", SERVER),
        Clock.fixed(now, ZoneOffset.UTC),
        failures::add);
  }

  private void hold(Map<String, byte[]> data) {
    server.secrets.put(
        "prepull-tls",
        new V1Secret()
            .metadata(new V1ObjectMeta().name("prepull-tls").resourceVersion("before"))
            .data(data));
  }

  private Map<String, byte[]> held() {
    return Objects.requireNonNull(
        Objects.requireNonNull(server.secrets.get("prepull-tls")).getData());
  }

  private String published() {
    return Objects.requireNonNull(
        Objects.requireNonNull(
                Objects.requireNonNull(server.configMaps.get("prepull-ca")).getData())
            .get("ca.crt"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void makesCertificateAndAuthorityAndPublishesTheAuthority() throws Exception {
    ServingCertificate certificate = controller().read();

    LinkKeys kept = LinkKeys.of(held());
    assertThat(kept.serving("Secret prepull-system/prepull-tls")).isEqualTo(certificate);
    assertThat(published()).isEqualTo(kept.trusted()).doesNotContain("PRIVATE");
  }

  @Test
  void fillsASecretThatWasMadeEmpty() throws Exception {
    hold(Map.of());

    controller().read();

    assertThat(held()).containsOnlyKeys("ca.crt", "ca.key", "tls.crt", "tls.key");
  }

  @Test
  void goesOnWithWhatTheControllerBeforeHasMade() throws Exception {
    ServingCertificate before = controller().read();

    assertThat(controller().read()).isEqualTo(before);
  }

  @Test
  void takesTheCertificateOfAControllerThatWasFaster() throws Exception {
    LinkKeys faster = LinkKeys.make(SERVER, NOW);
    server.meanwhile = () -> hold(faster.data());

    assertThat(controller().read()).isEqualTo(faster.serving("Secret prepull-system/prepull-tls"));
    assertThat(published()).isEqualTo(faster.trusted());
  }

  @Test
  void renewsTheCertificateInTime() throws Exception {
    ServingCertificate first = controller().read();

    ServingCertificate later = controller(NOW.plus(Duration.ofDays(21))).read();

    assertThat(later).isNotEqualTo(first);
    assertThat(LinkKeys.of(held()).serving("Secret prepull-system/prepull-tls")).isEqualTo(later);
  }

  @Test
  void publishesTheAuthorityAgainWhenSomebodyHasTakenItAway() throws Exception {
    ServingCertificate first = controller().read();
    server.configMaps.put(
        "prepull-ca",
        new V1ConfigMap()
            .metadata(new V1ObjectMeta().name("prepull-ca"))
            .data(Map.of("ca.crt", "another")));

    assertThat(controller().read()).isEqualTo(first);
    assertThat(published()).isEqualTo(LinkKeys.of(held()).trusted());
  }

  @Test
  void servesACertificateThatSomebodyElseKeepsAndChangesNothing() throws Exception {
    Map<String, byte[]> theirs =
        Map.of(
            "tls.crt", bytes("their chain"), "tls.key", bytes("their key"), "ca.crt", bytes("ca"));
    hold(theirs);

    ServingCertificate read = controller(NOW.plus(Duration.ofDays(400))).read();

    assertThat(read.chain()).isEqualTo("their chain");
    assertThat(held()).containsExactlyInAnyOrderEntriesOf(theirs);
    assertThat(published()).isEqualTo("ca");
  }

  @Test
  void publishesNoAuthorityWhereSomebodyElseKeepsIt() throws Exception {
    hold(Map.of("tls.crt", bytes("their chain"), "tls.key", bytes("their key")));

    controller().read();

    assertThat(server.configMaps).isEmpty();
  }

  @Test
  void saysWhatIsWrongWithASecretThatCannotBeUsed() {
    hold(Map.of("ca.key", bytes("nonsense")));

    assertThatThrownBy(() -> controller().read())
        .isInstanceOf(StartupException.class)
        .hasMessage(
            "Tried to keep the link's certificate in Secret prepull-system/prepull-tls and ConfigMap prepull-system/prepull-ca but failed: key ca.crt is missing. Delete the Secret's data, and it is made anew.");
  }

  @Test
  void saysWhichRightIsMissing() {
    server.refusal = 403;

    assertThatThrownBy(() -> controller().read())
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("failed: 403 as the test wishes")
        .hasMessageContaining("RBAC");
    assertThat(failures).containsExactly("keep link certificate");
  }
}
