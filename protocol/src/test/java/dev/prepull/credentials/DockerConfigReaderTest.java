package dev.prepull.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What kubectl, docker and people write. Rows of {@code DockerConfigEntry} are taken from the
 * kubelet.
 *
 * @see <a
 *     href="https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/credentialprovider/config_test.go">config_test.go
 *     of Kubernetes 1.36.2</a>
 */
class DockerConfigReaderTest {

  private static final String SOURCE = "Secret ns/regcred";

  @Test
  void readsADockerConfigJson() {
    ReadConfig read =
        json(
            """
            {"auths": {
              "http://foo.example.com": {"username": "foo", "password": "bar", "email": "foo@example.com"},
              "http://bar.example.com": {"username": "bar", "password": "baz", "email": "bar@example.com"}}}
            """);

    assertThat(read.problems()).isEmpty();
    assertThat(keys(read)).containsExactly("foo.example.com", "bar.example.com");
    assertThat(credentials(read))
        .containsExactly(
            RegistryCredential.ofPassword(SOURCE, "foo", "bar"),
            RegistryCredential.ofPassword(SOURCE, "bar", "baz"));
  }

  @Test
  void readsADockercfg() {
    ReadConfig read =
        dockercfg(
            """
            {"http://foo.example.com": {"username": "foo", "password": "bar", "email": "foo@example.com"},
             "http://bar.example.com": {"username": "bar", "password": "baz", "email": "bar@example.com"}}
            """);

    assertThat(read.problems()).isEmpty();
    assertThat(credentials(read))
        .containsExactly(
            RegistryCredential.ofPassword(SOURCE, "foo", "bar"),
            RegistryCredential.ofPassword(SOURCE, "bar", "baz"));
  }

  @Test
  void readsWhatKubectlCreateSecretDockerRegistryWrites() {
    ReadConfig read =
        json(
            "{\"auths\":{\"https://index.docker.io/v1/\":{\"username\":\"tiger\",\"password\":\"pass1234\",\"email\":\"tiger@acme.example\",\"auth\":\"dGlnZXI6cGFzczEyMzQ=\"}}}");

    assertThat(read.problems()).isEmpty();
    assertThat(credentials(read))
        .containsExactly(RegistryCredential.ofPassword(SOURCE, "tiger", "pass1234"));
  }

  @ParameterizedTest(name = "{0} is {1} with {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"username\": \"foo\", \"password\": \"bar\", \"email\": \"foo@example.com\"} | foo | bar",
        "{\"auth\": \"Zm9vOmJhcg==\", \"email\": \"foo@example.com\"} | foo | bar",
        "{\"username\": \"foo\", \"password\": \"bar\", \"auth\": \"cGluZzpwb25n\"} | ping | pong",
        "{\"Username\": \"foo\", \"PASSWORD\": \"bar\"} | foo | bar",
        "{\"username\": \"foo\", \"password\": \"bar\", \"auth\": null, \"email\": null} | foo | bar",
        "{\"username\": \"foo\", \"password\": \"bar\", \"auth\": \"\", \"future\": [1]} | foo | bar",
        "{\"username\": \"foo\"} | foo | ''",
        "{\"auth\": \"Zm9vOmJhcgo=\"} | foo | bar",
      })
  void readsUserAndPassword(String entry, String username, String password) {
    ReadConfig read = dockercfg("{\"reg.example\": %s}".formatted(entry));

    assertThat(read.problems()).isEmpty();
    assertThat(credentials(read))
        .containsExactly(RegistryCredential.ofPassword(SOURCE, username, password));
  }

  @Test
  void readsTokens() {
    ReadConfig read =
        json(
            """
            {"auths": {
              "a.example": {"auth": "MDAwMDo=", "identitytoken": "refresh"},
              "b.example": {"registrytoken": "bearer"}}}
            """);

    assertThat(read.problems()).isEmpty();
    assertThat(credentials(read))
        .containsExactly(
            new RegistryCredential(SOURCE, "0000", "", "refresh", ""),
            new RegistryCredential(SOURCE, "", "", "", "bearer"));
  }

  @Test
  void readsWhatDockerLeavesBehindWhereAHelperHasTheCredentials() {
    ReadConfig read =
        json(
            """
            {
            	"auths": {
            		"https://index.docker.io/v1/": {},
            		"reg.example": {"email": "foo@example.com"}
            	},
            	"HttpHeaders": {"User-Agent": "Docker-Client/28.5.2 (linux)"},
            	"credsStore": "secretservice",
            	"credHelpers": {"gcr.io": "gcloud", "public.ecr.aws": "ecr-login", "own.example": ""},
            	"currentContext": "default"
            }
            """);

    assertThat(read.problems()).isEmpty();
    assertThat(read.config().entries()).isEmpty();
    assertThat(read.config().credsStore()).isEqualTo("secretservice");
    assertThat(read.config().credHelpers())
        .containsEntry("gcr.io", "gcloud")
        .containsEntry("public.ecr.aws", "ecr-login")
        .containsEntry("own.example", "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"auths\": null}", "{\"auths\": {}}", "{\"psFormat\": \"x\"}"})
  void hasNothingWhereNothingStands(String text) {
    assertThat(json(text)).isEqualTo(ReadConfig.NOTHING);
  }

  @ParameterizedTest(name = "{1}: {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"auth\": \"s3cret\"}                 | .auth | 26 | has no colon once decoded; expected base64 of USER:PASSWORD",
        "{\"auth\": \"s3cret!\"}                | .auth | 26 | is no base64; expected base64 of USER:PASSWORD",
        "{\"auth\": 53537}                      | .auth | 26 | is a number; expected a text",
        "{\"email\": false}                     | .email | 27 | is a truth value; expected a text",
        "{\"username\": {\"s3cret\": \"s3cret\"}} | .username | 30 | is an object; expected a text",
        "{\"username\": \"u\", \"password\": [\"s3cret\"]} | .password | 47 | is a list; expected a text",
        "{\"username\": \"s3cret\", \"identitytoken\": 1} | .identitytoken | 57 | is a number; expected a text",
        "{\"username\": \"s3cret\", \"registrytoken\": 1} | .registrytoken | 57 | is a number; expected a text",
        "\"s3cret\"                             | ''    | 17 | is a text; expected an object such as {\"auth\": …}",
      })
  void saysWhatIsWrongWithAnEntryAndGoesOnWithTheOthers(
      String entry, String field, int column, String what) {
    ReadConfig read =
        dockercfg(
            "{\"reg.example\": %s,\n\"other.example\": {\"username\": \"u\"}}".formatted(entry));

    assertThat(read.problems())
        .containsExactly(new CredentialProblem(SOURCE, "\"reg.example\"" + field, 1, column, what));
    assertThat(keys(read)).containsExactly("other.example");
  }

  @Test
  void namesSourceKeyAndPlaceOfAProblem() {
    ReadConfig read = json("{\"auths\": {\n  \"reg.example\": {\"auth\": \"s3cret\"}}}");

    assertThat(read.problems())
        .singleElement()
        .hasToString(
            "Secret ns/regcred, key auths.\"reg.example\".auth, line 2, column 27: has no colon once decoded; expected base64 of USER:PASSWORD");
  }

  @Test
  void refusesAKeyThatNamesNoRegistryAndGoesOn() {
    ReadConfig read =
        json(
            "{\"auths\": {\"reg example\": {\"username\": \"u\"}, \"reg.example\": {\"username\": \"u\"}}}");

    assertThat(read.problems())
        .singleElement()
        .hasToString(
            "Secret ns/regcred, key auths.\"reg example\", line 1, column 27: names no registry; expected [https://]HOST[:PORT][/PATH], with * only in HOST");
    assertThat(keys(read)).containsExactly("reg.example");
  }

  @Test
  void showsNoUserOfAUrlThatIsAKey() {
    ReadConfig read = dockercfg("{\"https://user:s3cret@reg.example\": {\"auth\": 1}}");

    assertThat(read.problems())
        .singleElement()
        .extracting(CredentialProblem::key)
        .isEqualTo("\"https://…@reg.example\".auth");
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"auths\": [\"s3cret\"]} | key auths, line 1, column 11: is a list; expected an object",
        "{\"credHelpers\": \"s3cret\"} | key credHelpers, line 1, column 17: is a text; expected an object",
        "{\"credsStore\": 1} | key credsStore, line 1, column 16: expected the NAME of a docker-credential-NAME",
        "{\"credsStore\": \"../s3cret\"} | key credsStore, line 1, column 16: expected the NAME of a docker-credential-NAME",
        "{\"credHelpers\": {\"gcr.io\": \"a b\"}} | key credHelpers.\"gcr.io\", line 1, column 28: expected the NAME of a docker-credential-NAME",
        "{\"credHelpers\": {\"a b\": \"c\"}} | key credHelpers.\"a b\", line 1, column 25: names no registry; expected [https://]HOST[:PORT][/PATH], with * only in HOST",
        "{\"reg.example\": {\"auth\": \"s3cret\"}} | line 1, column 1: has registries but no \"auths\", which is the form of .dockercfg; expected {\"auths\": {\"HOST\": {\"auth\": …}}}",
        "[\"s3cret\"] | line 1, column 1: is a list; expected {\"auths\": {\"HOST\": {\"auth\": …}}}",
        "\"s3cret\" | line 1, column 1: is a text; expected {\"auths\": {\"HOST\": {\"auth\": …}}}",
        "s3cret | line 1, column 1: is not JSON; expected {\"auths\": {\"HOST\": {\"auth\": …}}}",
        "eyJhdXRocyI6IHt9fQ== | line 1, column 1: is not JSON (it looks like base64: was it encoded twice?); expected {\"auths\": {\"HOST\": {\"auth\": …}}}",
      })
  void saysWhatIsWrongWithADockerConfigJson(String text, String problem) {
    ReadConfig read = json(text);

    assertThat(read.config()).isEqualTo(DockerConfig.EMPTY);
    assertThat(read.problems())
        .extracting(Object::toString)
        .containsExactly("Secret ns/regcred, " + problem);
  }

  @Test
  void saysThatADockercfgHasTheNewerForm() {
    ReadConfig read = dockercfg("{\"auths\": {\"reg.example\": {\"auth\": \"Zm9vOmJhcg==\"}}}");

    assertThat(read.config()).isEqualTo(DockerConfig.EMPTY);
    assertThat(read.problems())
        .singleElement()
        .hasToString(
            "Secret ns/regcred, key auths, line 1, column 11: is the form of .dockerconfigjson; expected {\"HOST\": {\"auth\": …}}");
  }

  @Test
  void saysThatItIsEmpty() {
    assertThat(json("").problems())
        .singleElement()
        .hasToString(
            "Secret ns/regcred: is empty; expected {\"auths\": {\"HOST\": {\"auth\": …}}}");
  }

  @ParameterizedTest
  @CsvSource({
    "/root/.dockercfg, DOCKERCFG",
    "/root/.docker/config.json, CONFIG_JSON",
    "/var/lib/kubelet/config.json, CONFIG_JSON",
    "/run/secrets/.dockerconfigjson, CONFIG_JSON",
  })
  void knowsTheFormByTheNameOfTheFile(Path file, DockerConfigForm form) {
    assertThat(DockerConfigForm.of(file)).isEqualTo(form);
  }

  private static ReadConfig json(String text) {
    return DockerConfigReader.read(
        SOURCE, DockerConfigForm.CONFIG_JSON, text.getBytes(StandardCharsets.UTF_8));
  }

  private static ReadConfig dockercfg(String text) {
    return DockerConfigReader.read(
        SOURCE, DockerConfigForm.DOCKERCFG, text.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> keys(ReadConfig read) {
    return read.config().entries().stream().map(entry -> entry.pattern().key()).toList();
  }

  private static List<RegistryCredential> credentials(ReadConfig read) {
    return read.config().entries().stream().map(DockerConfigEntry::credential).toList();
  }
}
