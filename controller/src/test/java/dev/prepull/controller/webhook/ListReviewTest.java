package dev.prepull.controller.webhook;

import static dev.prepull.controller.webhook.AdmissionJson.LIST;
import static dev.prepull.controller.webhook.AdmissionJson.NAMESPACE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.list.RawList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A list is judged as the controller would judge it, and nothing else is. */
class ListReviewTest {

  private static final String GOOD = "nginx:1\n";
  private static final String BAD = "Nginx:1\n";
  private static final String PROBLEM =
      "ConfigMap apps, key images, line 1, column 1: \"Nginx:1\": is not an image reference: repository name must be lower-case";

  private static final Verdict SILENTLY_ALLOWED = new Verdict.Allowed(List.of());

  private static ConfigMapVersion list(String images) {
    return version(NAMESPACE, LIST, images);
  }

  private static ConfigMapVersion version(
      String namespace, Map<String, String> labels, String images) {
    return new ConfigMapVersion(
        namespace, labels, new RawList("apps", "1", Map.of("images", images), Set.of()));
  }

  private static Verdict judge(@Nullable ConfigMapVersion before, @Nullable ConfigMapVersion now) {
    return new ListReview(NAMESPACE).judge(new AdmissionRequest("1", before, now));
  }

  @Test
  void takesAGoodList() {
    assertThat(judge(null, list(GOOD))).isEqualTo(SILENTLY_ALLOWED);
    assertThat(judge(list(BAD), list(GOOD))).isEqualTo(SILENTLY_ALLOWED);
  }

  @Test
  void refusesABadList() {
    Verdict refused = new Verdict.Refused(List.of(PROBLEM));

    assertThat(judge(null, list(BAD))).isEqualTo(refused);
    assertThat(judge(list(GOOD), list(BAD))).isEqualTo(refused);
  }

  @Test
  void refusesABadTextThatBecomesAListByItsLabel() {
    assertThat(judge(version(NAMESPACE, Map.of(), BAD), list(BAD)))
        .isInstanceOf(Verdict.Refused.class);
  }

  @Test
  void takesWhatTheControllerDoesNotRead() {
    assertThat(judge(null, version("other", LIST, BAD))).isEqualTo(SILENTLY_ALLOWED);
    assertThat(judge(null, version(NAMESPACE, Map.of(), BAD))).isEqualTo(SILENTLY_ALLOWED);
    assertThat(judge(null, version(NAMESPACE, Map.of(RawList.LABEL, "Other"), BAD)))
        .isEqualTo(SILENTLY_ALLOWED);
  }

  @Test
  void neverRefusesADeletion() {
    assertThat(judge(list(BAD), null)).isEqualTo(SILENTLY_ALLOWED);
  }

  @Test
  void takesAnEditThatLeavesTheTextOfABadListAsItIs() {
    assertThat(judge(list(BAD), version(NAMESPACE, withLabel("team", "a"), BAD)))
        .isEqualTo(new Verdict.Allowed(List.of(PROBLEM)));
  }

  private static Map<String, String> withLabel(String key, String value) {
    return Map.of(RawList.LABEL, RawList.LABEL_VALUE, key, value);
  }

  @Test
  void passesOnWhatTheParserWarnsOf() {
    assertThat(judge(null, list("nginx\n")))
        .isEqualTo(
            new Verdict.Allowed(
                List.of(
                    "ConfigMap apps, key images, line 1, column 1: \"nginx\": means :latest, and under IfNotPresent nothing makes it fresh; name a version or a digest")));
  }

  @Test
  void warnsOfAListWithoutImages() {
    assertThat(judge(list(GOOD), list("# none\n")))
        .isEqualTo(
            new Verdict.Allowed(
                List.of("ConfigMap apps: names no image; those that it had leave the plans")));
  }

  @Test
  void warnsWhenAListLosesItsLabel() {
    assertThat(judge(list(GOOD), version(NAMESPACE, Map.of(), GOOD)))
        .isEqualTo(
            new Verdict.Allowed(
                List.of(
                    "ConfigMap apps: is no list without the label prepull.dev/config: PrePullList; its images leave the plans")));
  }
}
