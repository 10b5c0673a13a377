package dev.prepull.controller.webhook;

import static dev.prepull.controller.webhook.AdmissionJson.LIST;
import static dev.prepull.controller.webhook.AdmissionJson.NAMESPACE;
import static dev.prepull.controller.webhook.AdmissionJson.UID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prepull.controller.list.RawList;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The API server's questions and our answers, as JSON. */
class AdmissionReviewsTest {

  private static final RawList CONTENT =
      new RawList("apps", "", Map.of("images", "nginx:1\n"), Set.of("images.gz"));

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void readsBothVersionsOfAConfigMap() {
    RawList before = new RawList("apps", "", Map.of(), Set.of());

    AdmissionRequest request =
        AdmissionReviews.read(
            AdmissionJson.bytes(
                AdmissionJson.update(
                    AdmissionJson.configMap(before, Map.of()),
                    AdmissionJson.configMap(CONTENT, LIST))));

    assertThat(request)
        .isEqualTo(
            new AdmissionRequest(
                UID,
                new ConfigMapVersion(NAMESPACE, Map.of(), before),
                new ConfigMapVersion(NAMESPACE, LIST, CONTENT)));
  }

  @Test
  void readsADeletion() {
    AdmissionRequest request =
        AdmissionReviews.read(
            AdmissionJson.bytes(AdmissionJson.delete(AdmissionJson.configMap(CONTENT, LIST))));

    assertThat(request.before()).isNotNull();
    assertThat(request.now()).isNull();
  }

  @Test
  void callsAConfigMapThatHasNoNameYetByWhatItsNameIsMadeFrom() {
    ObjectNode configMap = AdmissionJson.configMap(CONTENT, LIST);
    configMap.putObject("metadata").put("generateName", "apps-");

    AdmissionRequest request =
        AdmissionReviews.read(AdmissionJson.bytes(AdmissionJson.create(configMap)));

    assertThat(Objects.requireNonNull(request.now()).content().name()).isEqualTo("apps-");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '§',
      textBlock =
          """
          nothing          | §§                                        | expected a JSON object
          no JSON          | {"kind":                                  | expected JSON: Unexpected end-of-input within/between Object entries
          a list           | []                                        | expected a JSON object
          another kind     | {"apiVersion":"v1","kind":"ConfigMap"}    | expected apiVersion admission.k8s.io/v1 and kind AdmissionReview
          an old version   | {"apiVersion":"admission.k8s.io/v1beta1","kind":"AdmissionReview"} | expected apiVersion admission.k8s.io/v1 and kind AdmissionReview
          no request       | {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"} | expected request.uid
          a number as uid  | {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":1}} | expected request.uid
          of a Secret      | {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"1","kind":{"group":"","version":"v1","kind":"Secret"}}} | expected request.kind to be ConfigMap of v1; check the rules of the ValidatingWebhookConfiguration
          a text as object | {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"1","kind":{"version":"v1","kind":"ConfigMap"},"object":"x"}} | expected request.object to be an object
          a number as data | {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"1","kind":{"version":"v1","kind":"ConfigMap"},"object":{"data":{"images":1}}}} | expected request.object.data to have texts alone, but images is none
          """)
  void saysWhyAQuestionIsNone(String what, String body, String why) {
    assertThatThrownBy(() -> AdmissionReviews.read(bytes(body)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(why);
  }

  @Test
  void survivesWhatNobodyWouldSend() {
    String deep = "[".repeat(100_000);

    assertThatThrownBy(() -> AdmissionReviews.read(bytes(deep)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("expected JSON: ");
    assertThatThrownBy(() -> AdmissionReviews.read(new byte[] {(byte) 0xc3, 0x28}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("expected JSON: ");
  }

  @Test
  void answersThatAListIsTaken() {
    assertThat(AdmissionReviews.answer("1", new Verdict.Allowed(List.of())))
        .isEqualTo(
            """
            {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"1","allowed":true}}\
            """);
  }

  @Test
  void answersWithWarnings() {
    assertThat(AdmissionReviews.answer("1", new Verdict.Allowed(List.of("a", "b"))))
        .endsWith("{\"uid\":\"1\",\"allowed\":true,\"warnings\":[\"a\",\"b\"]}}");
  }

  @Test
  void answersARefusalWithALineForEachProblem() {
    assertThat(AdmissionReviews.answer("1", new Verdict.Refused(List.of("a", "b"))))
        .endsWith(
            "{\"uid\":\"1\",\"allowed\":false,\"status\":{\"code\":422,\"reason\":\"Invalid\",\"message\":\"a\\nb\"}}}");
  }
}
