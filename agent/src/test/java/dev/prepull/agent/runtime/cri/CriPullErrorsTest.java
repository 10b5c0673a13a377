package dev.prepull.agent.runtime.cri;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.PullReason;
import io.vertx.grpc.common.GrpcStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class CriPullErrorsTest {

  @ParameterizedTest(name = "{0}: {1}")
  @CsvFileSource(resources = "pull-errors.txt", delimiter = '|', quoteCharacter = '`')
  void meansWhatTheRuntimeMeans(String source, PullReason reason, GrpcStatus code, String text) {
    assertThat(CriPullErrors.reason(code, text)).as(source + ": " + text).isEqualTo(reason);
  }

  @Test
  void readsNoMeaningIntoTheNameOfAnImage() {
    String text =
        "failed to pull and unpack image \"denied: 429 Too Many Requests\": failed to do request:"
            + " Head \"https://reg.example/v2/toomanyrequests/manifests/unauthorized:\": EOF";

    assertThat(CriPullErrors.reason(GrpcStatus.UNKNOWN, text))
        .isEqualTo(PullReason.REGISTRY_UNAVAILABLE);
  }
}
