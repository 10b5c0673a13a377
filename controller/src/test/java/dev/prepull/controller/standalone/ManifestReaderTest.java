package dev.prepull.controller.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.prepull.controller.list.RawList;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which ConfigMaps of a manifest are lists, and which manifests are none. */
class ManifestReaderTest {

  /** A labelled ConfigMap of one line. */
  static String configMap(String name, String images) {
    return """
    {kind: ConfigMap, metadata: {name: %s, labels: {prepull.dev/config: PrePullList}}, \
    data: {images: "%s"}}
    """
        .formatted(name, images);
  }

  @Test
  void readsWhatKubectlWouldApply() {
    String manifest =
        """
        # the lists of this cluster
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: apps
          namespace: prepull-system
          labels: {prepull.dev/config: PrePullList, other: label}
        data:
          images: |
            nginx:1
          PrePullList: |
            images: [redis:7]
        """;

    assertThat(ManifestReader.read(manifest).lists())
        .singleElement()
        .satisfies(list -> {
          assertThat(list.name()).isEqualTo("apps");
          assertThat(list.data())
              .isEqualTo(Map.of("images", "nginx:1\n", "PrePullList", "images: [redis:7]\n"));
        });
  }

  @Test
  void readsSeveralDocumentsInTheirOrder() {
    String manifest = configMap("b", "nginx:1") + "---\n---\n" + configMap("a", "redis:7");

    assertThat(ManifestReader.read(manifest).lists())
        .extracting(RawList::name)
        .containsExactly("b", "a");
  }

  @Test
  void readsTheItemsOfAList() {
    String manifest =
        "{apiVersion: v1, kind: List, items: [%s, {kind: Secret}, %s]}"
            .formatted(configMap("a", "nginx:1").strip(), configMap("b", "redis:7").strip());

    assertThat(ManifestReader.read(manifest).lists())
        .extracting(RawList::name)
        .containsExactly("a", "b");
  }

  @Test
  void readsJson() {
    String manifest =
        """
        {"kind":"ConfigMap","metadata":{"name":"a","labels":{"prepull.dev/config":"PrePullList"}},
         "data":{"images":"nginx:1"}}
        """;

    assertThat(ManifestReader.read(manifest).lists())
        .extracting(RawList::name)
        .containsExactly("a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "# nothing",
        "just text",
        "[]",
        "{kind: ConfigMap}",
        "{kind: ConfigMap, metadata: {name: a}}",
        "{kind: ConfigMap, metadata: {name: a, labels: {prepull.dev/config: Other}}}",
        "{kind: Secret, metadata: {name: a, labels: {prepull.dev/config: PrePullList}}}",
        "{kind: List}",
      })
  void passesOverEverythingElse(String manifest) {
    assertThat(ManifestReader.read(manifest).lists()).isEmpty();
  }

  @Test
  void namesBinaryKeysSoThatTheListIsRefused() {
    String manifest =
        configMap("a", "nginx:1").replace(" data:", " binaryData: {x.gz: AAAA}, data:");

    assertThat(ManifestReader.read(manifest).lists())
        .flatExtracting(RawList::binaryKeys)
        .containsExactly("x.gz");
  }

  @Test
  void givesTheSameVersionToTheSameContentOnly() {
    String first =
        ManifestReader.read(configMap("a", "nginx:1")).lists().getFirst().resourceVersion();

    assertThat(ManifestReader.read("# c\n" + configMap("a", "nginx:1")).lists())
        .extracting(RawList::resourceVersion)
        .containsExactly(first);
    assertThat(ManifestReader.read(configMap("a", "nginx:2")).lists())
        .extracting(RawList::resourceVersion)
        .doesNotContain(first);
  }

  @Test
  void refusesAValueThatIsNoTextAndSaysHowToWriteIt() {
    String manifest = configMap("a", "x").replace("\"x\"", "[nginx:1]");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ManifestReader.read(manifest))
        .withMessage(
            "ConfigMap a, key images: a ConfigMap's values are texts; expected \"images: |\" and the list indented below it");
  }

  @Test
  void refusesTwoConfigMapsOfOneName() {
    String manifest = configMap("a", "nginx:1") + "---\n" + configMap("a", "redis:7");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ManifestReader.read(manifest))
        .withMessage("ConfigMap a stands in it twice");
  }

  @Test
  void refusesALabelledConfigMapWithoutName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ManifestReader.read(configMap("''", "nginx:1")))
        .withMessage("a labelled ConfigMap has no metadata.name");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a: [", "a: b: c", "\tkind: ConfigMap", "a: *b", "{a: 1, a: 2}", "a: \u0001"})
  void refusesWhatIsNoYamlInOneLine(String manifest) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ManifestReader.read(manifest))
        .withMessageStartingWith("it is not YAML: ")
        .withMessageNotContainingAny("\n");
  }

  @Test
  void refusesWhatNestsDeeplyWithoutOverflowingTheStack() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ManifestReader.read("[".repeat(100_000)))
        .withMessage("it nests deeper than 64 levels");
  }
}
