package dev.prepull.controller.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.credentials.FakeCloud.Response;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Google's library against a metadata server and a token endpoint as Google documents them. */
class GoogleTokensTest {

  private static final String HOST = "europe-docker.pkg.dev";
  private static final String METADATA =
      "/computeMetadata/v1/instance/service-accounts/default/token";
  private static final String TOKEN =
      "{\"access_token\": \"ya29.token\", \"expires_in\": 3599, \"token_type\": \"Bearer\"}";

  private FakeCloud google;

  @TempDir Path folder;

  @BeforeEach
  void start() throws Exception {
    google =
        FakeCloud.start().on("GET /", "{}").on("GET " + METADATA, TOKEN).on("POST /token", TOKEN);
  }

  @AfterEach
  void stop() {
    google.close();
  }

  /** A key file as the console gives it. */
  private Path keyFile() throws Exception {
    byte[] key = KeyPairGenerator.getInstance("RSA").generateKeyPair().getPrivate().getEncoded();
    return Files.writeString(
        folder.resolve("key.json"),
        """
        {"type": "service_account", "project_id": "p", "private_key_id": "1",
         "private_key": "-----BEGIN PRIVATE KEY-----\\n%s\\n-----END PRIVATE KEY-----\\n",
         "client_email": "prepull@p.iam.gserviceaccount.com", "client_id": "2",
         "token_uri": "%s/token"}
        """
            .formatted(Base64.getEncoder().encodeToString(key), google.url()));
  }

  @Test
  void theMetadataServerIsEnough() throws Exception {
    String answer = AskForToken.inProcess(HOST, Map.of("GCE_METADATA_HOST", google.authority()));

    assertThat(answer).startsWith("oauth2accesstoken ya29.token 20");
    assertThat(google.requests("GET " + METADATA).getFirst().header("metadata-flavor"))
        .isEqualTo("Google");
  }

  @Test
  void aKeyFileIsEnough() throws Exception {
    String answer =
        AskForToken.inProcess(
            "gcr.io", Map.of("GOOGLE_APPLICATION_CREDENTIALS", keyFile().toString()));

    assertThat(answer).startsWith("oauth2accesstoken ya29.token 20");
    assertThat(claims(google.requests("POST /token").getFirst().field("assertion")))
        .contains(
            "prepull@p.iam.gserviceaccount.com",
            "cloud-platform.read-only",
            "devstorage.read_only");
  }

  private static String claims(String jwt) {
    return new String(Base64.getUrlDecoder().decode(jwt.split("\\.")[1]), StandardCharsets.UTF_8);
  }

  @Test
  void aRefusalNamesTheReasonAndTheRole() throws Exception {
    google.on(
        "POST /token",
        _ ->
            new Response(
                400,
                "application/json",
                "{\"error\": \"invalid_grant\", \"error_description\": \"account not found\"}"));

    String answer =
        AskForToken.inProcess(HOST, Map.of("GOOGLE_APPLICATION_CREDENTIALS", keyFile().toString()));

    assertThat(answer)
        .startsWith("Google gave none: ")
        .contains("invalid_grant", "roles/artifactregistry.reader");
  }

  @Test
  void aFileThatIsNoKeyIsNamedWithoutItsContent() throws Exception {
    Path file = Files.writeString(folder.resolve("key.json"), "{\"type\": \"s3cret\"}");

    String answer =
        AskForToken.inProcess(HOST, Map.of("GOOGLE_APPLICATION_CREDENTIALS", file.toString()));

    assertThat(answer).contains("Google gave none").doesNotContain("private_key");
  }

  @Test
  void aMissingIdentityIsSaid() throws Exception {
    String answer = AskForToken.inProcess(HOST, Map.of("NO_GCE_CHECK", "true"));

    assertThat(answer)
        .contains("default credentials were not found", "GOOGLE_APPLICATION_CREDENTIALS");
  }
}
