package dev.prepull.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The small values of the model. */
class ModelTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"sha256", "sha256:", "sha256:abc", "md5:d41d8cd98f00b204e9800998ecf8427e"})
  void refusesDigestsOfAnotherForm(String text) {
    assertThatThrownBy(() -> new ImageDigest(text)).hasMessageContaining("is not a digest");
  }

  @Test
  void readsTheRegisteredDigests() {
    assertThat(new ImageDigest("sha512:" + "a".repeat(128)).value()).startsWith("sha512:");
    assertThat(new ImageDigest("sha384:" + "a".repeat(96)).value()).startsWith("sha384:");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Node", "node_1", "-node", "node-", "a..b"})
  void refusesNodeNamesOfAnotherForm(String text) {
    assertThatThrownBy(() -> new NodeName(text)).hasMessageContaining("RFC 1123");
  }

  @Test
  void matchesPlatformsWithAndWithoutVariant() {
    Platform node = Platform.parse("linux/arm64/v8");

    assertThat(node.isA(Platform.parse("linux/arm64"))).isTrue();
    assertThat(node.isA(Platform.parse("linux/arm64/v8"))).isTrue();
    assertThat(node.isA(Platform.parse("linux/arm64/v9"))).isFalse();
    assertThat(node.isA(Platform.parse("linux/amd64"))).isFalse();
    assertThatThrownBy(() -> Platform.parse("linux")).hasMessageContaining("os/architecture");
  }
}
