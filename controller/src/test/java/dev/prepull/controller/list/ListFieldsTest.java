package dev.prepull.controller.list;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.list.NodeSelectorTerm.Operator;
import dev.prepull.controller.list.NodeSelectorTerm.Requirement;
import dev.prepull.model.DriftPolicy;
import dev.prepull.model.ImagePolicy;
import dev.prepull.model.Platform;
import dev.prepull.model.PullPolicy;
import dev.prepull.model.RemovalPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every field of a list: what it means at an image, and under defaults. */
class ListFieldsTest {

  record Field(String text, Function<ImageEntry, Object> effect, Object value) {}

  private static Arguments field(String text, Function<ImageEntry, Object> effect, Object value) {
    return Arguments.of(text, new Field(text, effect, value));
  }

  static Stream<Arguments> fields() {
    return Stream.of(
        field("pullPolicy: Always", e -> e.policy().pullPolicy(), PullPolicy.ALWAYS),
        field("refreshInterval: 90s", ImageEntry::refreshInterval, Duration.ofSeconds(90)),
        field("nodeSelector: {a: b}", e -> e.target().nodeSelector(), Map.of("a", "b")),
        field(
            "nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: "
                + "[{matchExpressions: [{key: a, operator: Gt, values: ['3']}]}]}}",
            e -> e.target().affinity(),
            List.of(
                new NodeSelectorTerm(
                    List.of(new Requirement("a", Operator.GT, List.of("3"))), List.of()))),
        field(
            "nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: "
                + "[{matchFields: [{key: metadata.name, operator: In, values: [n1]}]}]}}",
            e -> e.target().affinity(),
            List.of(
                new NodeSelectorTerm(
                    List.of(),
                    List.of(new Requirement("metadata.name", Operator.IN, List.of("n1")))))),
        field("tolerations: []", ListFieldsTest::tolerations, List.of()),
        field(
            "tolerations: [{key: a, value: b, effect: NoExecute}]",
            ListFieldsTest::tolerations,
            List.of(new Toleration("a", Toleration.Operator.EQUAL, "b", "NoExecute"))),
        field(
            "tolerations: [{operator: Exists}]",
            ListFieldsTest::tolerations,
            List.of(new Toleration("", Toleration.Operator.EXISTS, "", ""))),
        field(
            "platforms: [linux/arm64]",
            e -> e.target().platforms(),
            List.of(Platform.parse("linux/arm64"))),
        field("pullSecrets: [regcred]", ImageEntry::pullSecrets, List.of("regcred")),
        field("serviceAccounts: [builder]", ImageEntry::serviceAccounts, List.of("builder")),
        field("priority: -100", e -> e.policy().priority(), -100),
        field("pin: true", e -> e.policy().pin(), true),
        field("maxSize: 20Gi", ListFieldsTest::maxSize, 20L << 30),
        field("pullTimeout: 1h30m", e -> e.policy().pullTimeout(), Duration.ofMinutes(90)),
        field("onRemoval: Delete", e -> e.policy().onRemoval(), RemovalPolicy.DELETE),
        field("onDrift: Report", e -> e.policy().onDrift(), DriftPolicy.REPORT));
  }

  private static Object tolerations(ImageEntry entry) {
    List<Toleration> tolerations = entry.target().tolerations();
    return tolerations == null ? "every taint is tolerated" : tolerations;
  }

  private static Object maxSize(ImageEntry entry) {
    Long bytes = entry.policy().maxSizeBytes();
    return bytes == null ? "no limit" : bytes;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("fields")
  void takesEffectAtAnImage(String name, Field field) {
    ImageEntry entry = Lists.image("images:\n- image: nginx:1\n  " + field.text());

    assertThat(field.effect().apply(entry)).isEqualTo(field.value());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("fields")
  void takesEffectUnderDefaults(String name, Field field) {
    String defaults = "defaults:\n  " + field.text() + "\n";

    ImageEntry bare = Lists.image(defaults + "images: [nginx:1]");
    ImageEntry mapping = Lists.image(defaults + "images: [{image: nginx:1}]");

    assertThat(field.effect().apply(bare)).isEqualTo(field.value());
    assertThat(field.effect().apply(mapping)).isEqualTo(field.value());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("fields")
  void isKnownInJson(String name, Field field) {
    String yaml = "{\"images\": [{\"image\": \"nginx:1\", %s}]}".formatted(field.text());

    assertThat(field.effect().apply(Lists.image(yaml))).isEqualTo(field.value());
  }

  @Test
  void letsAnImageOverrideTheDefaults() {
    ImageEntry entry =
        Lists.image(
            """
            defaults: {priority: 1, tolerations: [], nodeSelector: {a: b}, onDrift: Report}
            images:
            - {image: nginx:1, priority: 2, nodeSelector: {c: d}}
            """);

    assertThat(entry.policy().priority()).isEqualTo(2);
    assertThat(entry.policy().onDrift()).isEqualTo(DriftPolicy.REPORT);
    assertThat(entry.target().nodeSelector()).isEqualTo(Map.of("c", "d"));
    assertThat(entry.target().tolerations()).isEmpty();
  }

  @Test
  void isMeantForEveryNodeAndTheStandardPolicyWhenNothingIsSaid() {
    ImageEntry entry = Lists.image("images: [nginx:1]");

    assertThat(entry.policy()).isEqualTo(ImagePolicy.DEFAULT);
    assertThat(entry.target()).isEqualTo(NodeTarget.ANY);
    assertThat(entry.refreshInterval()).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void readsHowAListSpreads() {
    PrePullList list =
        Lists.list(
            Lists.full(
                """
                rollout:
                  canaryNodes: 0
                  maxNodesPulling: 40
                  maxPullsPerRegistry: 7
                  failureTolerance: 0%
                images: []
                """));

    assertThat(list.rollout())
        .isEqualTo(new RolloutSettings(0, new Share.Count(40), 7, new Share.Percent(0)));
    assertThat(Lists.list(Lists.full("images: []")).rollout()).isEqualTo(RolloutSettings.DEFAULT);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "1k, 1000",
    "1.5Ki, 1536",
    "500M, 500000000",
    "20Gi, 21474836480",
    "1e3, 1000",
    "7Ei, 8070450532247928832",
  })
  void readsAmountsOfBytesAsKubernetesDoes(String text, long bytes) {
    ImageEntry entry = Lists.image("images: [{image: nginx:1, maxSize: %s}]".formatted(text));

    assertThat(entry.policy().maxSizeBytes()).isEqualTo(bytes);
  }
}
