package dev.prepull.e2e.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.Registry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Secrets and ServiceAccounts in the manifest file of a controller without an API server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManifestSecretsIT {

  private static final String USER = "alice";
  private static final String RIGHT = "Right-Horse-Battery-41";
  private static final String WRONG = "Wrong-Donkey-Staple-17";

  private final Fleet fleet = new Fleet(Duration.ofMinutes(3));
  private final Registry guarded = fleet.addGuardedRegistry(USER, RIGHT);

  @BeforeAll
  void start() {
    fleet.addNode(
        "containerd-1-7", Nodes.containerd(ContainerdNode.Version.V1_7), "--docker-config", "");
  }

  @AfterAll
  void stop() {
    fleet.close();
  }

  @Test
  void aSecretInTheManifestCountsAndSoDoesItsRotation() {
    String image = push("manifest/app");
    write(image, "pullSecrets: [regcred]", secret(WRONG));
    fleet.awaitReason(image, "Unauthorized");
    assertThat(fleet.message(image)).contains("Secret regcred", guarded.host());

    write(image, "pullSecrets: [regcred]", secret(RIGHT));

    fleet.awaitIdentical(image);
    assertThat(fleet.everythingShown()).doesNotContain(RIGHT, WRONG, auth(RIGHT), auth(WRONG));
  }

  @Test
  void theSecretsOfAServiceAccountInTheManifestCount() {
    String image = push("manifest/account");
    String account =
        "{kind: ServiceAccount, metadata: {name: builder}, imagePullSecrets: [{name: regcred}]}";

    write(image, "serviceAccounts: [builder]", secret(RIGHT) + "---\n" + account + "\n");

    fleet.awaitIdentical(image);
  }

  private String push(String repository) {
    return fleet.push(repository, "1").replace(fleet.registry().host(), guarded.host());
  }

  private void write(String image, String field, String objects) {
    fleet.edit(
        "PrePullList: |\n    images: [{image: \"%s\", %s}]\n---\n%s"
            .formatted(image, field, objects));
  }

  private String secret(String password) {
    return """
    kind: Secret
    metadata: {name: regcred}
    type: kubernetes.io/dockerconfigjson
    stringData:
      .dockerconfigjson: |
        {"auths": {"%s": {"auth": "%s"}}}
    """
        .formatted(guarded.host(), auth(password));
  }

  private static String auth(String password) {
    return Base64.getEncoder()
        .encodeToString((USER + ":" + password).getBytes(StandardCharsets.UTF_8));
  }
}
