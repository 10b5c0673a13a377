package dev.prepull.agent.runtime.docker;

import static dev.prepull.agent.runtime.docker.FakeDockerDaemon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.agent.runtime.PullOutcome;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Docker is told of a credential, in the header {@code X-Registry-Auth}. */
class DockerCredentialsTest {

  private static final ImageReference APP = ImageReference.parse("reg.example:5000/team/app:1");
  private static final ImageDigest DIGEST = new ImageDigest("sha256:" + "a".repeat(64));
  private static final String ABSENT = "none";

  /** Where docker-java would look for docker configs. */
  private static final String DOCKER_JAVAS_CONFIG = "DOCKER_CONFIG";

  @TempDir Path directory;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private final List<String> headers = new CopyOnWriteArrayList<>();
  private DockerRuntime runtime;

  @BeforeEach
  void start() throws Exception {
    Path socket = directory.resolve("docker.sock");
    var _ =
        new FakeDockerDaemon(vertx, socket)
            .on(
                FakeDockerDaemon.PULL,
                request -> {
                  String header = request.getHeader("X-Registry-Auth");
                  headers.add(header == null ? ABSENT : decoded(header));
                  FakeDockerDaemon.send(
                      request.response(), 500, "{\"message\":\"authentication required\"}");
                });
    runtime = DockerRuntime.open(vertx, socket);
  }

  @AfterEach
  void stop() throws Exception {
    runtime.close();
    await(vertx.close());
  }

  @Test
  void passesOnUserAndPassword() throws Exception {
    // The last characters make base64 differ from base64url.
    pull(APP, RegistryCredential.ofPassword("the test", "alice", "a-password~~~???"));

    assertThat(told())
        .isEqualTo(
            Map.of(
                "username", "alice",
                "password", "a-password~~~???",
                "serveraddress", "reg.example:5000"));
  }

  @Test
  void passesOnAnIdentityToken() throws Exception {
    pull(APP, RegistryCredential.ofIdentityToken("the test", "an-identity"));

    assertThat(told())
        .isEqualTo(Map.of("identitytoken", "an-identity", "serveraddress", "reg.example:5000"));
  }

  @Test
  void passesOnARegistryToken() throws Exception {
    pull(APP, new RegistryCredential("the test", "", "", "", "a-bearer"));

    assertThat(told())
        .isEqualTo(Map.of("registrytoken", "a-bearer", "serveraddress", "reg.example:5000"));
  }

  @Test
  void callsDockersOwnRegistryAsDockerDoes() throws Exception {
    pull(ImageReference.parse("team/app:1"), RegistryCredential.ofPassword("the test", "a", "b"));

    assertThat(told()).containsEntry("serveraddress", "https://index.docker.io/v1/");
  }

  @Test
  void passesItOnWhenItConverges() throws Exception {
    var _ =
        runtime.converge(
            APP, DIGEST, RegistryCredential.ofPassword("the test", "a", "b"), progress -> {});

    assertThat(told()).containsEntry("password", "b");
  }

  @Test
  void saysNothingOfNoCredential() throws Exception {
    pull(APP, RegistryCredential.ANONYMOUS);

    assertThat(headers).containsExactly(ABSENT);
  }

  @Test
  void leavesDockerConfigsToWhoeverReadsThemForAllRuntimes() throws Exception {
    Files.writeString(directory.resolve("config.json"), "no JSON");
    System.setProperty(DOCKER_JAVAS_CONFIG, directory.toString());

    try (DockerRuntime other = DockerRuntime.open(vertx, directory.resolve("docker.sock"))) {
      assertThat(other.info().name()).isEqualTo("docker");
    } finally {
      System.clearProperty(DOCKER_JAVAS_CONFIG);
    }
  }

  @Test
  void doesNotShowTheCredentialInWhatItSaysOfAFailure() throws Exception {
    PullOutcome outcome =
        runtime.pull(
            APP,
            new RegistryCredential("the test", "alice", "a-password", "an-identity", "a-bearer"),
            progress -> {});

    assertThat(outcome.toString()).doesNotContain("alice", "a-password", "an-identity", "a-bearer");
  }

  private void pull(ImageReference reference, RegistryCredential credential)
      throws InterruptedException {
    var _ = runtime.pull(reference, credential, progress -> {});
  }

  private Map<String, Object> told() {
    assertThat(headers).hasSize(1);
    Map<String, Object> told = new JsonObject(headers.getFirst()).getMap();
    told.values().removeIf(Objects::isNull);
    return told;
  }

  private static String decoded(String header) {
    return new String(Base64.getUrlDecoder().decode(header), StandardCharsets.UTF_8);
  }
}
