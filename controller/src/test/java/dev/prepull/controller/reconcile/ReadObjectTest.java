package dev.prepull.controller.reconcile;

import static dev.prepull.controller.reconcile.FakePullObjects.secret;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Secrets and ServiceAccounts as they are found, in order or not. */
class ReadObjectTest {

  private static final String JSON = "kubernetes.io/dockerconfigjson";
  private static final String JSON_KEY = ".dockerconfigjson";

  private static ReadObject read(Sighting sighting) {
    return ReadObject.of("Secret ns/a", sighting, ReadObject.NOTHING);
  }

  private static List<String> users(ReadObject object) {
    return object.config().entries().stream().map(entry -> entry.credential().username()).toList();
  }

  @Test
  void readsBothTypes() {
    String entry = "{\"reg.example\": {\"username\": \"u\", \"password\": \"p\"}}";

    assertThat(users(read(secret(JSON, JSON_KEY, "{\"auths\": %s}".formatted(entry)))))
        .containsExactly("u");
    assertThat(users(read(secret("kubernetes.io/dockercfg", ".dockercfg", entry))))
        .containsExactly("u");
  }

  @Test
  void namesAnotherType() {
    assertThat(read(secret("Opaque", JSON_KEY, "{}")).problems())
        .containsExactly(
            "Secret ns/a: is of type Opaque; expected kubernetes.io/dockerconfigjson or kubernetes.io/dockercfg");
  }

  @Test
  void namesTheKeyThatIsMissing() {
    assertThat(read(secret(JSON, ".dockercfg", "{}")).problems())
        .containsExactly(
            "Secret ns/a: has no key .dockerconfigjson, where its type kubernetes.io/dockerconfigjson keeps the docker config");
  }

  @Test
  void namesTheSizeOfWhatIsTooLarge() {
    Sighting large =
        new Sighting.FoundSecret(JSON, Map.of(JSON_KEY, new byte[ReadObject.MAX_BYTES + 1]));

    assertThat(read(large).problems())
        .containsExactly(
            "Secret ns/a: has 262145 bytes under .dockerconfigjson; expected at most 262144");
  }

  @Test
  void tellsWhatIsNoDockerConfigWithoutItsContent() {
    assertThat(read(secret(JSON, JSON_KEY, "Geheim-1")).problems())
        .singleElement()
        .asString()
        .startsWith("Secret ns/a, line 1")
        .doesNotContain("Geheim");
  }

  @Test
  void tellsThatAHelpersNameIsNoCredential() {
    assertThat(read(secret(JSON, JSON_KEY, "{\"credsStore\": \"desktop\"}")).problems())
        .containsExactly(
            "Secret ns/a: holds no credential, only the name of a helper; make it with kubectl create secret docker-registry");
    assertThat(read(secret(JSON, JSON_KEY, "{\"auths\": {}}")).problems())
        .containsExactly(
            "Secret ns/a: holds no credential; make it with kubectl create secret docker-registry");
  }

  @Test
  void readsWhatIsInOrderBesideWhatIsNot() {
    ReadObject read =
        read(
            secret(
                JSON,
                JSON_KEY,
                "{\"auths\": {\"a.example\": {\"auth\": \"?\"}, \"b.example\": {\"username\": \"u\"}}}"));

    assertThat(users(read)).containsExactly("u");
    assertThat(read.problems()).singleElement().asString().contains("a.example");
  }

  @Test
  void countsTheProblemsThatItDoesNotTell() {
    String entries =
        IntStream.range(0, 9)
            .mapToObj("\"r%d.example\": 1"::formatted)
            .collect(Collectors.joining(", "));

    assertThat(read(secret(JSON, JSON_KEY, "{\"auths\": {%s}}".formatted(entries))).problems())
        .hasSize(6)
        .last()
        .isEqualTo("Secret ns/a: and 4 more of the kind");
  }

  @Test
  void takesNoNameFromAServiceAccountThatIsNone() {
    ReadObject read =
        read(new Sighting.FoundServiceAccount(List.of("good", "a,metadata.name!=x", "")));

    assertThat(read.secrets()).containsExactly(PullObject.secret("good"));
    assertThat(read.problems())
        .containsExactly(
            "Secret ns/a: imagePullSecrets has \"a,metadata.name!=x\", which is no name",
            "Secret ns/a: imagePullSecrets has \"\", which is no name");
  }

  @Test
  void showsNothingOfAFoundSecret() {
    assertThat(secret(JSON, JSON_KEY, "Geheim-1"))
        .hasToString("FoundSecret[type=%s, keys=[%s]]".formatted(JSON, JSON_KEY));
  }
}
