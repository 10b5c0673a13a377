package dev.prepull.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The field {@code auth}. Rows are taken from TestDecodeDockerConfigFieldAuth of the kubelet.
 *
 * @see <a
 *     href="https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/credentialprovider/config_test.go">config_test.go
 *     of Kubernetes 1.36.2</a>
 */
class DockerAuthTest {

  @ParameterizedTest
  @ValueSource(strings = {"Zm9vOmJhcg==", "Zm9vOmJhcg", "Zm9vOm\nJhcg==\n", "Zm9vOm\r\nJhcg=="})
  void readsUserAndPassword(String field) {
    assertThat(DockerAuth.parse(field)).isEqualTo(new DockerAuth("foo", "bar"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"cGFudHM=", "Zm9vOmJhcg== ", "pants", "Zm9v!mJhcg==", "Zm9vOmJhcg=", "="})
  void refusesAnythingElseAndShowsNothingOfIt(String field) {
    assertThatThrownBy(() -> DockerAuth.parse(field))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("expected base64 of USER:PASSWORD")
        .hasMessageNotContaining("pants")
        .hasMessageNotContaining("Zm9v")
        .hasNoCause();
  }

  @ParameterizedTest
  @ValueSource(strings = {"foo:bar\n", "foo:bar\r\n", "foo:bar\0", "foo:bar\0\0\n"})
  void dropsWhatTheEncoderLeftBehindThePassword(String decoded) {
    assertThat(DockerAuth.parse(encoded(decoded))).isEqualTo(new DockerAuth("foo", "bar"));
  }

  @Test
  void endsTheUserAtTheFirstColon() {
    assertThat(DockerAuth.parse(encoded("foo:b:a:r"))).isEqualTo(new DockerAuth("foo", "b:a:r"));
  }

  @Test
  void leavesSpacesToThePassword() {
    assertThat(DockerAuth.parse(encoded("foo: bar "))).isEqualTo(new DockerAuth("foo", " bar "));
  }

  @Test
  void takesEitherOfThemEmpty() {
    assertThat(DockerAuth.parse(encoded("foo:"))).isEqualTo(new DockerAuth("foo", ""));
    assertThat(DockerAuth.parse(encoded(":bar"))).isEqualTo(new DockerAuth("", "bar"));
  }

  @Test
  void readsUtf8() {
    assertThat(DockerAuth.parse(encoded("jörg:pässwörd")))
        .isEqualTo(new DockerAuth("jörg", "pässwörd"));
  }

  @Test
  void showsNothingOfItself() {
    assertThat(new DockerAuth("foo", "bar")).hasToString("DockerAuth");
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
