package dev.prepull.controller.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.controller.tls.ServingCertificate;
import dev.prepull.program.StartupException;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A controller that does not lead shows the certificate too, and makes none. */
class SecretCertificateTest {

  private final FakeApiServer server;
  private final SecretCertificate certificate;

  SecretCertificateTest() throws IOException {
    server = new FakeApiServer();
    certificate = new SecretCertificate(server.client(), FakeApiServer.NAMESPACE, "prepull-tls");
  }

  @AfterEach
  void stop() {
    certificate.close();
    server.close();
  }

  private void hold(Map<String, byte[]> data) {
    server.secrets.put(
        "prepull-tls", new V1Secret().metadata(new V1ObjectMeta().name("prepull-tls")).data(data));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void readsWhatTheLeaderHasMade() throws Exception {
    hold(Map.of("tls.crt", bytes("chain"), "tls.key", bytes("key"), "ca.key", bytes("secret")));

    assertThat(certificate.read())
        .isEqualTo(new ServingCertificate("chain", "key", "Secret prepull-system/prepull-tls"));
  }

  @Test
  void writesNothingWhereThereIsNoneYet() {
    hold(Map.of());

    assertThatThrownBy(certificate::read)
        .isInstanceOf(StartupException.class)
        .hasMessage(
            "Tried to read the certificate in Secret prepull-system/prepull-tls but it has none. The controller that leads makes it.");
    assertThat(Objects.requireNonNull(server.secrets.get("prepull-tls")).getData()).isEmpty();
  }

  @Test
  void saysWhyItCannotBeRead() {
    server.refusal = 403;

    assertThatThrownBy(certificate::read)
        .isInstanceOf(StartupException.class)
        .hasMessageStartingWith(
            "Tried to read the certificate in Secret prepull-system/prepull-tls but failed: 403 as the test wishes. ")
        .hasMessageContaining("RBAC");
  }
}
