package dev.prepull.controller.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.prepull.controller.list.BadListContract;
import dev.prepull.controller.list.RawList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** What the controller rejects is refused at the API server in the very same words. */
class RefusedListTest extends BadListContract {

  private static final ObjectMapper MAPPER = new JsonMapper();

  @Override
  protected List<String> problems(RawList raw) {
    AdmissionRequest request =
        AdmissionReviews.read(
            AdmissionJson.bytes(
                AdmissionJson.create(AdmissionJson.configMap(raw, AdmissionJson.LIST))));
    Verdict verdict = new ListReview(AdmissionJson.NAMESPACE).judge(request);
    JsonNode response = response(AdmissionReviews.answer(request.uid(), verdict));
    assertThat(response.get("allowed").asBoolean()).isFalse();
    return response.at("/status/message").asText().lines().toList();
  }

  private static JsonNode response(String answer) {
    try {
      return MAPPER.readTree(answer).get("response");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
