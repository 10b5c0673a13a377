package dev.prepull.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The small values of the model. */
class ModelTest {

  @ParameterizedTest
  @CsvSource({
    "0, PT0S",
    "30m, PT30M",
    "1h30m, PT1H30M",
    "90s, PT1M30S",
    "1.5h, PT1H30M",
    "250ms, PT0.25S",
  })
  void readsDurationsAsGoDoes(String text, Duration expected) {
    assertThat(GoDuration.parse(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "5", "m", "-1s", "1d", "1h 30m", "99999999999999999999h", "1e3s", "PT1M"})
  void refusesOtherDurations(String text) {
    assertThatThrownBy(() -> GoDuration.parse(text)).hasMessageContaining("is not a duration");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "30m", "1h30m", "1m30s", "250ms"})
  void writesDurationsSoThatItReadsThem(String text) {
    assertThat(GoDuration.format(GoDuration.parse(text))).isEqualTo(text);
  }

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

  @Test
  void ordersAPlanByPriorityThenName() {
    NodePlan plan = NodePlan.of(List.of(image("b", 0), image("a", 0), image("c", 5)));

    assertThat(plan.images())
        .extracting(planned -> planned.reference().written())
        .containsExactly("c", "a", "b");
  }

  @Test
  void givesEqualPlansEqualRevisions() {
    PlanRevision revision = NodePlan.of(List.of(image("a", 0), image("b", 0))).revision();

    assertThat(NodePlan.of(List.of(image("b", 0), image("a", 0))).revision()).isEqualTo(revision);
    assertThat(NodePlan.of(List.of(image("a", 1), image("b", 0))).revision())
        .isNotEqualTo(revision);
    assertThat(NodePlan.of(List.of(image("a", 0))).revision()).isNotEqualTo(revision);
  }

  @Test
  void findsAHeldImageByItsStoredNameOnly() {
    ImageDigest digest = new ImageDigest("sha256:" + "a".repeat(64));
    HeldImage held =
        new HeldImage(
            "sha256:beef", List.of(new HeldName("docker.io/library/nginx:1", digest)), 10, false);

    assertThat(held.named(ImageReference.parse("nginx:1"))).isPresent();
    assertThat(held.named(ImageReference.parse("beef"))).isEmpty();
  }

  private static PlannedImage image(String reference, int priority) {
    ImagePolicy standard = ImagePolicy.DEFAULT;
    return new PlannedImage(
        ImageReference.parse(reference),
        null,
        new ImagePolicy(
            standard.pullPolicy(),
            priority,
            standard.pin(),
            standard.maxSizeBytes(),
            standard.pullTimeout(),
            standard.onRemoval(),
            standard.onDrift()));
  }
}
