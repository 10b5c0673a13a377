package dev.prepull.controller.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.controller.plan.DigestLock;
import dev.prepull.controller.status.RolloutStatus;
import dev.prepull.loop.FakeEventLoop;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.program.StartupException;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Status and locks in their ConfigMap, over HTTP. */
class StatusConfigMapTest {

  private static final String NAME = "prepull-status";
  private static final Duration SOON = Duration.ofSeconds(3);
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final RolloutStatus STATUS =
      new RolloutStatus(NOW, List.of(), List.of(), new RolloutStatus.Nodes(3, 2, 1), List.of());
  private static final DigestLock LOCK =
      new DigestLock(
          ImageReference.parse("nginx:1"),
          new ImageDigest("sha256:" + "1".repeat(64)),
          NOW,
          "n1",
          NOW);

  private final FakeEventLoop loop = new FakeEventLoop();
  private final List<String> failures = new ArrayList<>();
  private final FakeApiServer server;
  private final StatusConfigMap status;

  StatusConfigMapTest() throws IOException {
    server = new FakeApiServer();
    status = controller();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private StatusConfigMap controller() {
    return new StatusConfigMap(server.api(), "prepull-system", loop, Runnable::run, failures::add);
  }

  private Map<String, String> data() {
    return Objects.requireNonNull(Objects.requireNonNull(server.configMaps.get(NAME)).getData());
  }

  private void stored(Map<String, String> data) {
    server.configMaps.put(NAME, new V1ConfigMap().data(data));
  }

  @Test
  void leavesTheLocksToTheNextController() throws Exception {
    status.publish(STATUS, List.of(LOCK));
    loop.advance(SOON);

    assertThat(controller().readLocks()).containsExactly(LOCK);
    assertThat(data()).containsOnlyKeys("status.json", "locks.json");
    assertThat(failures).isEmpty();
  }

  @Test
  void writesWhenOnlyALockHasChanged() {
    status.publish(STATUS, List.of());
    loop.advance(SOON);
    String before = data().get("locks.json");

    status.publish(STATUS, List.of(LOCK));
    loop.advance(SOON);

    assertThat(data().get("locks.json")).isNotEqualTo(before).contains("nginx:1");
  }

  @Test
  void writesNothingWhenOnlyTimeHasPassed() {
    status.publish(STATUS, List.of(LOCK));
    loop.advance(SOON);
    server.configMaps.clear();

    status.publish(
        new RolloutStatus(NOW.plusSeconds(9), List.of(), List.of(), STATUS.nodes(), List.of()),
        List.of(LOCK));
    loop.advance(SOON);

    assertThat(server.configMaps).isEmpty();
  }

  @Test
  void writesAgainAfterTheApiServerRefused() {
    server.refusal = 500;
    status.publish(STATUS, List.of(LOCK));
    loop.advance(SOON);

    server.refusal = 200;
    loop.advance(Duration.ofMinutes(2));

    assertThat(data().get("locks.json")).contains("nginx:1");
    assertThat(failures).isNotEmpty().containsOnly("write prepull-status");
  }

  @Test
  void overwritesNothingThatAnotherControllerHasWrittenSince() throws Exception {
    status.publish(STATUS, List.of());
    loop.advance(SOON);
    StatusConfigMap next = controller();
    assertThat(next.readLocks()).isEmpty();
    next.publish(STATUS, List.of(LOCK));
    loop.advance(SOON);

    status.publish(
        new RolloutStatus(NOW, List.of(), List.of(), new RolloutStatus.Nodes(9, 9, 9), List.of()),
        List.of());
    loop.advance(Duration.ofMillis(1));

    assertThat(data().get("locks.json")).contains("nginx:1");
    assertThat(failures).containsExactly("write prepull-status");
  }

  @Test
  void writesOverAnEditOfSomebodyWhoDoesNotLead() {
    status.publish(STATUS, List.of());
    loop.advance(SOON);
    server.meanwhile = () -> server.edited(NAME, Map.of("status.json", "mine"));

    status.publish(STATUS, List.of(LOCK));
    loop.advance(SOON);

    assertThat(data().get("locks.json")).contains("nginx:1");
    assertThat(data().get("status.json")).isNotEqualTo("mine");
  }

  @Test
  void writesAgainWhatSomebodyHasDeleted() {
    status.publish(STATUS, List.of());
    loop.advance(SOON);
    server.configMaps.clear();

    status.publish(STATUS, List.of(LOCK));
    loop.advance(Duration.ofMillis(1));

    assertThat(data().get("locks.json")).contains("nginx:1");
    assertThat(failures).isEmpty();
  }

  @Test
  void knowsNoLocksWhenThereIsNoConfigMap() throws Exception {
    assertThat(status.readLocks()).isEmpty();
  }

  @Test
  void knowsNoLocksOfAControllerThatHadNone() throws Exception {
    stored(Map.of("status.json", "{}"));

    assertThat(status.readLocks()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "nonsense", "{}", "[7]"})
  void startsWithoutTheLocksThatItCannotRead(String locks) throws Exception {
    stored(Map.of("locks.json", locks));

    assertThat(status.readLocks()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 500})
  void doesNotStartWhenTheApiServerRefuses(int code) {
    server.refusal = code;

    assertThatThrownBy(() -> status.readLocks())
        .isInstanceOf(StartupException.class)
        .hasMessageStartingWith(
            "Tried to read the locks in ConfigMap prepull-system/prepull-status but failed: %d as the test wishes. ",
            code);
  }
}
