package dev.prepull.agent.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.credentials.RegistryCredential;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The protocol of docker-credential-helpers, spoken by shell scripts.
 *
 * @see <a
 *     href="https://github.com/docker/docker-credential-helpers/blob/master/client/client.go">client.go</a>
 */
class CredentialHelpersTest {

  private static final String SOURCE = "docker-credential-test of config.json";

  @TempDir private Path directory;
  private CredentialHelpers helpers;

  @BeforeEach
  void knowsItsDirectories() {
    helpers =
        new CredentialHelpers(
            List.of(directory.resolve("first"), directory.resolve("second")),
            Duration.ofMinutes(1));
  }

  @Test
  void tellsTheServerAndReadsUserAndSecret() throws Exception {
    helper(
        "read server; [ \"$1 $server\" = 'get reg.example:5000' ] && echo '{\"ServerURL\": \"reg.example:5000\", \"Username\": \"u\", \"Secret\": \"s3cret\"}'");

    assertThat(ask())
        .isEqualTo(new HelperAnswer.Found(RegistryCredential.ofPassword(SOURCE, "u", "s3cret")));
  }

  @Test
  void takesTheSecretOfTheTokenUserForAnIdentityToken() throws Exception {
    helper("echo '{\"Username\": \"<token>\", \"Secret\": \"s3cret\"}'");

    assertThat(ask())
        .isEqualTo(new HelperAnswer.Found(RegistryCredential.ofIdentityToken(SOURCE, "s3cret")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "echo 'credentials not found in native keychain'; exit 1",
        "printf 'credentials not found in native keychain'; echo noise >&2; exit 1",
        "echo '{}'",
        "echo '{\"ServerURL\": \"x\", \"Username\": \"\", \"Secret\": \"\"}'",
      })
  void knowsThatItHasNone(String script) throws Exception {
    helper(script);

    assertThat(ask()).isEqualTo(new HelperAnswer.None());
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '¦',
      value = {
        "echo 'no credentials server URL'; exit 1 ¦ did not tell the credential of reg.example:5000 but ended with 1: no credentials server URL. Try on the node: echo reg.example:5000 | docker-credential-test get",
        "echo 'token: s3cret expired' >&2; exit 2 ¦ did not tell the credential of reg.example:5000 but ended with 2: token: … expired. Try on the node: echo reg.example:5000 | docker-credential-test get",
        "exit 3 ¦ did not tell the credential of reg.example:5000 but ended with 3. Try on the node: echo reg.example:5000 | docker-credential-test get",
        "echo s3cret ¦ gave an answer that is not JSON; expected {\"Username\": …, \"Secret\": …} for reg.example:5000",
        "exit 0 ¦ gave an answer that is empty; expected {\"Username\": …, \"Secret\": …} for reg.example:5000",
        "echo '[\"s3cret\"]' ¦ answered with something else; expected {\"Username\": …, \"Secret\": …} for reg.example:5000",
        "echo '{\"Username\": \"u\"}' ¦ answered without user or secret; expected {\"Username\": …, \"Secret\": …} for reg.example:5000",
        "echo '{\"Username\": \"u\", \"Secret\": 1}' ¦ answered without user or secret; expected {\"Username\": …, \"Secret\": …} for reg.example:5000",
      })
  void saysWhyItCouldNotBeUsed(String script, String what) throws Exception {
    helper(script);

    assertThat(problem()).isEqualTo(SOURCE + ": " + what);
  }

  @Test
  void saysThatItTookTooLong() throws Exception {
    helpers = new CredentialHelpers(helpers.directories(), Duration.ofMillis(200));
    helper("exec tail -f /dev/null");

    assertThat(problem()).isEqualTo(SOURCE + ": did not end within 200ms");
  }

  @Test
  void saysWhereItWasLookedFor() throws Exception {
    assertThat(problem())
        .isEqualTo(
            "%s: is in none of [%s, %s]; mount the node's program into one of them"
                .formatted(SOURCE, directory.resolve("first"), directory.resolve("second")));
  }

  @Test
  void takesTheFirstThatCanBeRun() throws Exception {
    Files.createDirectories(directory.resolve("first"));
    Files.writeString(directory.resolve("first/docker-credential-test"), "not a program");
    helper("echo '{\"Username\": \"u\", \"Secret\": \"s3cret\"}'");

    assertThat(ask()).isInstanceOf(HelperAnswer.Found.class);
  }

  private void helper(String script) throws IOException {
    Scripts.write(directory.resolve("second/docker-credential-test"), script);
  }

  private HelperAnswer ask() throws InterruptedException {
    return helpers.ask("test", "reg.example:5000", "config.json");
  }

  private String problem() throws InterruptedException {
    return ask() instanceof HelperAnswer.Failed failed ? failed.problem().toString() : "none";
  }
}
