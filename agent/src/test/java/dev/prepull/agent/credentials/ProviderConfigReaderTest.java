package dev.prepull.agent.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.credentials.RegistryPattern;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which configs are taken. Rows are taken from the kubelet's own tables.
 *
 * @see <a
 *     href="https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/credentialprovider/plugin/config_test.go">plugin/config_test.go
 *     of Kubernetes 1.36.2</a>
 */
class ProviderConfigReaderTest {

  @ParameterizedTest
  @ValueSource(strings = {"v1alpha1", "v1beta1", "v1"})
  void readsAProviderOfEachVersion(String version) {
    List<CredentialProvider> providers =
        ProviderConfigReader.read(
            """
            ---
            kind: CredentialProviderConfig
            apiVersion: kubelet.config.k8s.io/VERSION
            providers:
              - name: test
                matchImages:
                - "registry.io/foobar"
                - "foobar.registry.io/*"
                defaultCacheDuration: 10m
                apiVersion: credentialprovider.kubelet.k8s.io/VERSION
                args:
                - --v=5
                env:
                - name: FOO
                  value: BAR
            """
                .replace("VERSION", version));

    assertThat(providers)
        .singleElement()
        .satisfies(provider -> {
          assertThat(provider.name()).isEqualTo("test");
          assertThat(provider.apiVersion())
              .isEqualTo("credentialprovider.kubelet.k8s.io/" + version);
          assertThat(provider.matchImages())
              .extracting(RegistryPattern::key)
              .containsExactly("registry.io/foobar", "foobar.registry.io/*");
          assertThat(provider.defaultCacheDuration()).isEqualTo(Duration.ofMinutes(10));
          assertThat(provider.arguments()).containsExactly("--v=5");
          assertThat(provider.environment()).isEqualTo(Map.of("FOO", "BAR"));
          assertThat(provider.needsServiceAccount()).isFalse();
        });
  }

  @Test
  void readsJson() {
    List<CredentialProvider> providers =
        ProviderConfigReader.read(
            """
            {
              "kind": "CredentialProviderConfig",
              "apiVersion": "kubelet.config.k8s.io/v1alpha1",
              "providers": [
            \t{
            \t  "name": "test",
            \t  "matchImages": ["registry.io/foobar"],
            \t  "defaultCacheDuration": "10m",
            \t  "apiVersion": "credentialprovider.kubelet.k8s.io/v1alpha1",
            \t  "args": ["--v=5"],
            \t  "env": [{"name": "FOO", "value": "BAR"}]
            \t}
              ]
            }
            """);

    assertThat(providers).extracting(CredentialProvider::name).containsExactly("test");
  }

  @Test
  void keepsTheOrderOfSeveralProviders() {
    assertThat(ProviderConfigReader.read(config(provider("b"), provider("a"))))
        .extracting(CredentialProvider::name)
        .containsExactly("b", "a");
  }

  @ParameterizedTest
  @CsvSource({"true, true", "false, false"})
  void knowsWhetherAProviderNeedsAServiceAccount(boolean required, boolean needed) {
    String attributes =
        "tokenAttributes: {serviceAccountTokenAudience: audience, cacheType: Token, requireServiceAccount: %s}"
            .formatted(required);

    assertThat(ProviderConfigReader.read(config(provider("test") + "    " + attributes + "\n")))
        .extracting(CredentialProvider::needsServiceAccount)
        .containsExactly(needed);
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "name: test | name: foo/../bar | providers[0].name: \"foo/../bar\"; expected the name of a program, not a path",
        "name: test | name: . | providers[0].name: \".\"; expected the name of a program, not a path",
        "name: test | name: .. | providers[0].name: \"..\"; expected the name of a program, not a path",
        "name: test | name: foo bar | providers[0].name: \"foo bar\"; expected the name of a program, not a path",
        "name: test | name: 7 | providers[0].name: expected the name of a program",
        "name: test | name: | providers[0].name: is missing; expected the name of a program",
        "matchImages: [reg.example] | matchImages: [] | providers[0].matchImages: expected at least one",
        "matchImages: [reg.example] | matchImages: ['%invalid%'] | providers[0].matchImages: \"%invalid%\" names no registry; expected [https://]HOST[:PORT][/PATH], with * only in HOST",
        "matchImages: [reg.example] | matchImages: reg.example | providers[0].matchImages: expected a list; providers[0].matchImages: expected at least one",
        "defaultCacheDuration: 10m | args: [] | providers[0].defaultCacheDuration: is missing; expected a duration such as 10m",
        "defaultCacheDuration: 10m | defaultCacheDuration: -1m | providers[0].defaultCacheDuration: \"-1m\" is not a duration: expected a form such as 30m, 1h30m or 90s",
        "apiVersion: credentialprovider.kubelet.k8s.io/v1 | args: [] | providers[0].apiVersion: is missing; expected credentialprovider.kubelet.k8s.io/ with v1, v1beta1 or v1alpha1",
        "apiVersion: credentialprovider.kubelet.k8s.io/v1 | apiVersion: credentialprovider.kubelet.k8s.io/v1alpha0 | providers[0].apiVersion: \"credentialprovider.kubelet.k8s.io/v1alpha0\"; expected credentialprovider.kubelet.k8s.io/ with v1, v1beta1 or v1alpha1",
        "kind: CredentialProviderConfig | kind: WrongKind | kind: expected CredentialProviderConfig",
        "apiVersion: kubelet.config.k8s.io/v1 | apiVersion: foobar/v1alpha1 | apiVersion: \"foobar/v1alpha1\"; expected kubelet.config.k8s.io/ with v1, v1beta1 or v1alpha1",
        "name: test | tokenAttributes: {} | providers[0].name: is missing; expected the name of a program; providers[0].tokenAttributes.requireServiceAccount: expected true or false",
      })
  void refusesWhatTheKubeletRefuses(String row, String replacement, String problem) {
    String config = config(provider("test"));

    assertThat(config).contains(row);
    assertThatThrownBy(
            () -> ProviderConfigReader.read(config.replaceFirst(Pattern.quote(row), replacement)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(problem);
  }

  @Test
  void refusesAnUnknownField() {
    assertThatThrownBy(() ->
            ProviderConfigReader.read(config(provider("test") + "    unknownField: s3cret\n")))
        .hasMessage(
            "providers[0].unknownField: unknown field; expected one of apiVersion, args, defaultCacheDuration, env, matchImages, name, tokenAttributes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1alpha1", "v1beta1"})
  void refusesTokenAttributesOfOlderVersions(String version) {
    String config =
        config(provider("test") + "    tokenAttributes: {requireServiceAccount: false}\n")
            .replace("kubelet.config.k8s.io/v1", "kubelet.config.k8s.io/" + version);

    assertThatThrownBy(() -> ProviderConfigReader.read(config))
        .hasMessageContaining("providers[0].tokenAttributes: unknown field");
  }

  @Test
  void refusesAConfigWithoutProviders() {
    assertThatThrownBy(() -> ProviderConfigReader.read(config()))
        .hasMessage("providers: expected at least one");
  }

  @Test
  void refusesAProviderThatIsThereTwice() {
    assertThatThrownBy(() -> ProviderConfigReader.read(config(provider("a"), provider("a"))))
        .hasMessage("providers[1].name: \"a\" is there twice");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "env: [{name: FOO, value: 1}] | providers[0].env[0].value: expected a text; write it in quotes",
        "env: [{value: s3cret}] | providers[0].env[0].name: is missing; expected a text",
        "env: {FOO: s3cret} | providers[0].env: expected a list",
        "env: [s3cret] | providers[0].env[0]: expected an object with name, value; providers[0].env[0].name: is missing; expected a text",
        "args: [1] | providers[0].args: expected a list of texts; write each in quotes",
      })
  void saysWhatIsWrongWithASecretAndNotWhatItIs(String row, String problem) {
    assertThatThrownBy(
            () -> ProviderConfigReader.read(config(provider("test") + "    " + row + "\n")))
        .hasMessage(problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "env: 's3cret | line 7, column 1: is not YAML: found unexpected end of stream",
        "env: [s3cret | line 7, column 1: is not YAML: expected ',' or ']', but got <stream end>",
      })
  void saysWhereItIsNoYamlAndNotWhatStandsThere(String row, String problem) {
    assertThatThrownBy(() -> ProviderConfigReader.read("a: b\n\n\n\n\n" + row + "\n"))
        .hasMessage(problem)
        .hasNoCause();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "text", "[]", "--- {}\n--- {}"})
  void refusesWhatIsNoConfigAtAll(String text) {
    assertThatThrownBy(() -> ProviderConfigReader.read(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void showsNothingOfAProvidersEnvironment() {
    CredentialProvider provider =
        ProviderConfigReader.read(
                config(provider("test") + "    env: [{name: KEY, value: s3cret}]\n"))
            .getFirst();

    assertThat(provider).hasToString("credential provider test");
  }

  private static String config(String... providers) {
    return "kind: CredentialProviderConfig\napiVersion: kubelet.config.k8s.io/v1\nproviders:%s\n"
        .formatted(providers.length == 0 ? " []" : "\n" + String.join("", providers));
  }

  private static String provider(String name) {
    return """
      - name: %s
        matchImages: [reg.example]
        defaultCacheDuration: 10m
        apiVersion: credentialprovider.kubelet.k8s.io/v1
    """
        .formatted(name);
  }
}
