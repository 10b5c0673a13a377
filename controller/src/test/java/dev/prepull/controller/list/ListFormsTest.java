package dev.prepull.controller.list;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.prepull.model.ImageReference;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The two keys of a list, and the ways to write the same. */
class ListFormsTest {

  private static final String DIGEST = "sha256:" + "a".repeat(64);

  private static List<String> images(RawList raw) {
    return Lists.list(raw).images().stream().map(e -> e.reference().written()).toList();
  }

  @Test
  void readsOneImageALineWithoutCommentsAndSpace() {
    RawList raw =
        Lists.plain(
            """
            # the front end
            nginx:1.27.3
              registry.example.com:5000/team/app@%s   # pinned

            # nothing else
            """
                .formatted(DIGEST));

    assertThat(images(raw))
        .containsExactly("nginx:1.27.3", "registry.example.com:5000/team/app@" + DIGEST);
  }

  @Test
  void readsBareTextsAndMappingsSideBySide() {
    RawList raw =
        Lists.full(
            """
            images:
            - nginx:1.27.3
            - image: redis:7
            """);

    assertThat(images(raw)).containsExactly("nginx:1.27.3", "redis:7");
  }

  @Test
  void readsBothKeysAndGivesTheDefaultsToBoth() {
    RawList raw =
        new RawList(
            "apps",
            "1",
            Map.of(
                "images", "nginx:1.27.3\n",
                "PrePullList", "defaults: {priority: 7}\nimages: [redis:7]\n"),
            Set.of());

    assertThat(Lists.list(raw).images())
        .extracting(e -> e.reference().written(), e -> e.policy().priority())
        .containsExactlyInAnyOrder(tuple("nginx:1.27.3", 7), tuple("redis:7", 7));
  }

  @Test
  void needsNoImagesInTheFullFormBesideThePlainOne() {
    RawList raw =
        new RawList(
            "apps",
            "1",
            Map.of("images", "nginx:1.27.3", "PrePullList", "defaults: {priority: 7}"),
            Set.of());

    assertThat(images(raw)).containsExactly("nginx:1.27.3");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"defaults\":{\"priority\":5},\"images\":[\"nginx:1\",{\"image\":\"redis:7\"}]}",
        "{\n\t\"defaults\": {\"priority\": 5},\n\t\"images\": [\"nginx:1\", \"redis:7\"]\n}\n",
        "defaults:\r\n  priority: 5\r\nimages:\r\n- nginx:1\r\n- redis:7\r\n",
        "\uFEFFdefaults: {priority: 5}\nimages: [nginx:1, redis:7]\n",
        "---\ndefaults: {priority: 5}\nimages:\n- nginx:1\n- image: redis:7\n...\n",
        "defaults: &five {priority: 5}\nimages: [nginx:1, redis:7]\n",
      })
  void readsTheSameFromJsonFromWindowsAndFromYaml(String text) {
    PrePullList list = Lists.list(Lists.full(text));

    assertThat(list.images())
        .extracting(ImageEntry::reference)
        .containsExactly(ImageReference.parse("nginx:1"), ImageReference.parse("redis:7"));
    assertThat(list.images()).extracting(e -> e.policy().priority()).containsOnly(5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nginx:1\r\n# c\r\nredis:7\r\n", "\uFEFFnginx:1\nredis:7"})
  void readsThePlainFormWithWindowsLineEndsAndByteOrderMark(String text) {
    assertThat(images(Lists.plain(text))).containsExactly("nginx:1", "redis:7");
  }

  @Test
  void letsAnAliasStandForWhatItsAnchorHolds() {
    List<ImageEntry> images =
        Lists.list(
                Lists.full(
                    """
                    images:
                    - {image: nginx:1, nodeSelector: &gpu {gpu: "true"}}
                    - {image: redis:7, nodeSelector: *gpu}
                    """))
            .images();

    assertThat(images)
        .extracting(e -> e.target().nodeSelector())
        .containsOnly(Map.of("gpu", "true"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"images: []", "{\"images\":[]}"})
  void takesAnEmptyListForWhatItSays(String text) {
    assertThat(Lists.list(Lists.full(text)).images()).isEmpty();
    assertThat(Lists.list(Lists.plain("# none today\n")).images()).isEmpty();
  }

  @Test
  void keepsWhatWasWrittenBesideTheCanonicalForm() {
    ImageReference reference = Lists.image("images: [nginx]").reference();

    assertThat(reference.written()).isEqualTo("nginx");
    assertThat(reference.canonical()).isEqualTo("docker.io/library/nginx:latest");
  }
}
