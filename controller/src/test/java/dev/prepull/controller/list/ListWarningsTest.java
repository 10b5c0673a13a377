package dev.prepull.controller.list;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a list may say but should know about. */
class ListWarningsTest {

  @Test
  void isSilentAboutRollout() {
    assertThat(Lists.warnings(Lists.full("rollout: {canaryNodes: 1}\nimages: []"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pullPolicy: Always",
        "refreshInterval: 1h",
        "pin: true",
        "maxSize: 20Gi",
        "onRemoval: Delete",
        "onDrift: Report",
        "priority: 3",
        "pullTimeout: 5m",
        "tolerations: []",
        "platforms: [linux/amd64]",
        "nodeSelector: {a: b}",
        "pullSecrets: [regcred]",
        "serviceAccounts: [builder]",
      })
  void isSilentAboutWhatHasItsEffect(String field) {
    assertThat(Lists.warnings(Lists.full("images:\n- image: nginx:1\n  " + field))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nginx", "nginx:latest"})
  void tellsThatNothingMakesLatestFresh(String image) {
    assertThat(Lists.warnings(Lists.plain(image)))
        .containsExactly(
            "ConfigMap apps, key images, line 1, column 1: \"%s\": means :latest, and under IfNotPresent nothing makes it fresh; name a version or a digest"
                .formatted(image));
  }

  @Test
  void tellsOnceOfADefaultThatManyImagesShare() {
    String images =
        IntStream.range(0, 1000).mapToObj("- r/app:%d\n"::formatted).collect(Collectors.joining());

    assertThat(
            Lists.warnings(
                Lists.full(
                    "defaults: {tolerations: [{operator: Exists, tolerationSeconds: 3}]}\nimages:\n"
                        + images)))
        .containsExactly(
            "ConfigMap apps, key PrePullList, line 1, column 64: \"tolerationSeconds\": has no meaning for images");
  }

  @Test
  void countsWhatItDoesNotTellOneByOne() {
    String images =
        IntStream.range(0, 5000).mapToObj("r/app%d\n"::formatted).collect(Collectors.joining());

    assertThat(Lists.warnings(Lists.plain(images)))
        .hasSize(21)
        .last()
        .isEqualTo("ConfigMap apps: and 4980 more warnings");
  }
}
