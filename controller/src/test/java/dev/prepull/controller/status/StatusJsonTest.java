package dev.prepull.controller.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.prepull.controller.status.RolloutStatus.Counts;
import dev.prepull.controller.status.RolloutStatus.Failure;
import dev.prepull.controller.status.RolloutStatus.ImageStatus;
import dev.prepull.controller.status.RolloutStatus.ListStatus;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The names and forms in the JSON that others rely on. */
class StatusJsonTest {

  private static final RolloutStatus STATUS =
      new RolloutStatus(
          Instant.parse("2026-01-02T03:04:05Z"),
          List.of("look"),
          List.of(new ListStatus("apps", "42", false, List.of("bad"), List.of("odd"))),
          new RolloutStatus.Nodes(5, 4, 3),
          List.of(
              new ImageStatus(
                  "nginx:1",
                  List.of("apps"),
                  "sha256:1",
                  Instant.parse("2026-01-01T00:00:00Z"),
                  "n1",
                  true,
                  "Stalled",
                  "4 of 8 nodes failed",
                  new Counts(8, 1, 2, 3, 4, 5, 6, 7),
                  List.of(new Failure("NotFound", 4, "no such tag", List.of("n2", "n3"))))));

  @Test
  void writesTheNamesThatTheStatusConfigMapPromises() {
    assertThat(StatusJson.render(STATUS))
        .isEqualTo(
            """
            {"observedAt":"2026-01-02T03:04:05Z","doctor":["look"],\
            "lists":[{"name":"apps","resourceVersion":"42","accepted":false,\
            "errors":["bad"],"warnings":["odd"]}],\
            "nodes":{"desired":5,"attached":4,"complete":3},\
            "images":[{"image":"nginx:1","lists":["apps"],"digest":"sha256:1",\
            "lockedAt":"2026-01-01T00:00:00Z","lockedBy":"n1","identical":true,\
            "phase":"Stalled","stalled":"4 of 8 nodes failed",\
            "nodes":{"desired":8,"present":1,"pulling":2,"waiting":3,"failed":4,"blocked":5,\
            "drifted":6,"unknown":7},\
            "failures":[{"reason":"NotFound","count":4,"message":"no such tag",\
            "nodes":["n2","n3"]}]}]}\
            """);
  }

  @Test
  void writesTheNamesOfANode() {
    NodeStatus node =
        new NodeStatus(
            "n1",
            true,
            "containerd 2.1.0",
            "linux/amd64",
            "0.1.0",
            "r2",
            "r1",
            null,
            1,
            0,
            List.of(
                new NodeStatus.Image(
                    "nginx:1",
                    "Failed",
                    null,
                    Instant.parse("2026-01-01T00:00:09Z"),
                    10,
                    4,
                    8,
                    "NotFound",
                    "no such tag",
                    2,
                    Instant.parse("2026-01-01T00:00:00Z"))));

    assertThat(StatusJson.render(node))
        .isEqualTo(
            """
            {"node":"n1","attached":true,"runtime":"containerd 2.1.0","platform":"linux/amd64",\
            "agentVersion":"0.1.0","revision":"r2","acknowledged":"r1","planError":null,\
            "desired":1,"present":0,\
            "images":[{"image":"nginx:1","state":"Failed","digest":null,\
            "pullingSince":"2026-01-01T00:00:09Z","sizeBytes":10,"bytesDone":4,"bytesTotal":8,"reason":"NotFound","message":"no such tag",\
            "attempt":2,"nextRetry":"2026-01-01T00:00:00Z"}]}\
            """);
  }

  @Test
  void readsWhatItWrote() {
    assertThat(StatusJson.parse(StatusJson.render(STATUS))).isEqualTo(STATUS);
  }

  @Test
  void passesOverFieldsOfANewerVersion() {
    String newer = StatusJson.render(STATUS).replaceFirst("\\{", "{\"new\":[1],");

    assertThat(StatusJson.parse(newer)).isEqualTo(STATUS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "nonsense", "[]", "{}", "{\"observedAt\":7,\"lists\":{}}"})
  void refusesWhatIsNoStatus(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StatusJson.parse(text))
        .withMessageStartingWith("is no status: ");
  }
}
