package dev.prepull.agent.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.agent.credentials.ProviderResponse.CacheKeyType;
import dev.prepull.credentials.DockerConfigEntry;
import dev.prepull.credentials.RegistryCredential;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What providers answer. Rows are taken from Test_decodeResponse of the kubelet.
 *
 * @see <a
 *     href="https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/credentialprovider/plugin/plugin_test.go">plugin/plugin_test.go
 *     of Kubernetes 1.36.2</a>
 */
class ProviderResponseTest {

  private static final String SOURCE = "credential provider test";
  private static final String GROUP = "credentialprovider.kubelet.k8s.io/";

  @ParameterizedTest
  @ValueSource(strings = {"v1", "v1beta1", "v1alpha1"})
  void isReadInEachVersion(String version) {
    ProviderResponse response =
        parse(
            version,
            "{\"kind\":\"CredentialProviderResponse\",\"apiVersion\":\"credentialprovider.kubelet.k8s.io/%s\",\"cacheKeyType\":\"Registry\",\"cacheDuration\":\"1m\",\"auth\":{\"*.registry.io\":{\"username\":\"user\",\"password\":\"password\"}}}"
                .formatted(version));

    assertThat(response.cacheKeyType()).isEqualTo(CacheKeyType.REGISTRY);
    assertThat(response.cacheDuration()).isEqualTo(Duration.ofMinutes(1));
    assertThat(response.config().problems()).isEmpty();
    assertThat(response.config().config().entries())
        .singleElement()
        .satisfies(entry -> assertThat(entry.pattern()).hasToString("*.registry.io"))
        .extracting(DockerConfigEntry::credential)
        .isEqualTo(RegistryCredential.ofPassword(SOURCE, "user", "password"));
  }

  @ParameterizedTest
  @CsvSource({"Image, IMAGE", "Registry, REGISTRY", "Global, GLOBAL"})
  void saysForWhichImagesItHolds(String word, CacheKeyType type) {
    assertThat(parse("v1", response("\"cacheKeyType\":\"%s\"".formatted(word))).cacheKeyType())
        .isEqualTo(type);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"cacheKeyType\":\"Image\"",
        "\"cacheKeyType\":\"Image\",\"auth\":null",
        "\"cacheKeyType\":\"Image\",\"auth\":{}",
        "\"cacheKeyType\":\"Image\",\"auth\":{\"reg.example\":{\"username\":\"\",\"password\":\"\"}}",
      })
  void mayHaveNoCredential(String fields) {
    ProviderResponse response = parse("v1", response(fields));

    assertThat(response.cacheDuration()).isNull();
    assertThat(response.config().config().entries()).isEmpty();
    assertThat(response.config().problems()).isEmpty();
  }

  @Test
  void goesOnWithTheOthersWhereOneCredentialIsWrong() {
    ProviderResponse response =
        parse(
            "v1",
            response(
                "\"cacheKeyType\":\"Image\",\"auth\":{\"a b\":{\"username\":\"s3cret\"},\"reg.example\":{\"username\":\"u\",\"password\":\"p\"},\"b.example\":\"s3cret\"}"));

    assertThat(response.config().config().entries()).hasSize(1);
    assertThat(response.config().problems())
        .extracting(Object::toString)
        .containsExactly(
            "credential provider test: answered with a credential that names no registry; expected [https://]HOST[:PORT][/PATH], with * only in HOST",
            "credential provider test: answered with a credential that is no object; expected username and password");
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"kind\":\"WrongKind\",\"apiVersion\":\"credentialprovider.kubelet.k8s.io/v1\"} | is of another kind or version; expected CredentialProviderResponse of credentialprovider.kubelet.k8s.io/v1",
        "{\"kind\":\"CredentialProviderResponse\",\"apiVersion\":\"foobar.kubelet.k8s.io/v1\"} | is of another kind or version; expected CredentialProviderResponse of credentialprovider.kubelet.k8s.io/v1",
        "{\"kind\":\"CredentialProviderResponse\",\"apiVersion\":\"credentialprovider.kubelet.k8s.io/v1beta1\"} | is of another kind or version; expected CredentialProviderResponse of credentialprovider.kubelet.k8s.io/v1",
        "{\"kind\":\"CredentialProviderResponse\",\"apiVersion\":\"credentialprovider.kubelet.k8s.io/v1\"} | has no cacheKeyType; expected Image, Registry or Global",
        "{\"kind\":\"CredentialProviderResponse\",\"apiVersion\":\"credentialprovider.kubelet.k8s.io/v1\",\"cacheKeyType\":\"s3cret\"} | has no cacheKeyType; expected Image, Registry or Global",
        "{\"kind\":\"CredentialProviderResponse\",\"apiVersion\":\"credentialprovider.kubelet.k8s.io/v1\",\"cacheKeyType\":\"Image\",\"cacheDuration\":\"s3cret\"} | has a cacheDuration that is none; expected one such as 10m",
        "{\"kind\":\"CredentialProviderResponse\",\"apiVersion\":\"credentialprovider.kubelet.k8s.io/v1\",\"cacheKeyType\":\"Image\",\"auth\":\"s3cret\"} | has an auth that is no object",
        "\"s3cret\" | is no object; expected a CredentialProviderResponse",
        "s3cret | is not JSON; expected a CredentialProviderResponse",
        "'' | is empty; expected a CredentialProviderResponse",
      })
  void isRefusedInAnotherFormWithoutBeingShown(String answer, String why) {
    assertThatThrownBy(() -> parse("v1", answer))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(why)
        .hasNoCause();
  }

  private static ProviderResponse parse(String version, String answer) {
    return ProviderResponse.parse(SOURCE, GROUP + version, answer.getBytes(StandardCharsets.UTF_8));
  }

  private static String response(String fields) {
    return "{\"kind\":\"CredentialProviderResponse\",\"apiVersion\":\"credentialprovider.kubelet.k8s.io/v1\",%s}"
        .formatted(fields);
  }
}
