package dev.prepull.controller.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1LeaseSpec;
import java.time.OffsetDateTime;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Times on their way to the API server and back. */
class LenientJsonTest {

  @ParameterizedTest
  @CsvSource({
    "2026-01-02T03:04:05.019450Z, 2026-01-02T03:04:05.019450Z",
    "2026-01-02T03:04:05.1Z, 2026-01-02T03:04:05.100000Z",
    "2026-01-02T03:04:05Z, 2026-01-02T03:04:05.000000Z"
  })
  void writesTimesWithSixDigitsAndReadsThemWithAny(String time, String written) {
    LenientJson.install();

    String json = JSON.serialize(new V1LeaseSpec().renewTime(OffsetDateTime.parse(time)));
    V1LeaseSpec read =
        Objects.requireNonNull(
            JSON.<V1LeaseSpec>deserialize(json.replace(written, time), V1LeaseSpec.class));

    assertThat(json).contains("\"" + written + "\"");
    assertThat(read.getRenewTime()).isEqualTo(OffsetDateTime.parse(time));
  }
}
