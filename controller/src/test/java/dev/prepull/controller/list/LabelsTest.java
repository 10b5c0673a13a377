package dev.prepull.controller.list;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The syntax of labels, as the API server checks it. */
class LabelsTest {

  private static final String LONGEST_NAME = "a".repeat(63);

  @ParameterizedTest
  @ValueSource(strings = {"a", "A_b.c-1", "kubernetes.io/os", "a.b-c.example/Zone", "0/1"})
  void acceptsKeys(String key) {
    assertThat(Labels.isKey(key)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "/", "a/", "/a", "a/b/c", "-a", "a-", "_a", "a b", "a*", "A.b/c", "a_b/c"})
  void refusesKeys(String key) {
    assertThat(Labels.isKey(key)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "0", "A_b.c-1"})
  void acceptsValues(String value) {
    assertThat(Labels.isValue(value)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {" ", "-", "a/b", "a ", ".a", "\u00e4"})
  void refusesValues(String value) {
    assertThat(Labels.isValue(value)).isFalse();
  }

  @Test
  void countsNamesAndPrefixes() {
    String longestPrefix = "a." + "b".repeat(251);

    assertThat(Labels.isValue(LONGEST_NAME)).isTrue();
    assertThat(Labels.isValue(LONGEST_NAME + "a")).isFalse();
    assertThat(Labels.isKey(longestPrefix + "/" + LONGEST_NAME)).isTrue();
    assertThat(Labels.isKey(longestPrefix + "b/" + LONGEST_NAME)).isFalse();
    assertThat(Labels.isKey(longestPrefix + "/" + LONGEST_NAME + "a")).isFalse();
  }
}
