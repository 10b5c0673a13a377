package dev.prepull.controller.admin;

import dev.prepull.controller.reconcile.FleetView;
import dev.prepull.controller.status.NodeStatus;
import dev.prepull.controller.status.RolloutStatus;
import dev.prepull.controller.status.RolloutStatus.Counts;
import dev.prepull.controller.status.RolloutStatus.Failure;
import dev.prepull.controller.status.RolloutStatus.ImageStatus;
import dev.prepull.controller.status.RolloutStatus.ListStatus;
import dev.prepull.controller.status.WaveStatus.Phase;
import dev.prepull.model.NodeName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A fleet of one node and two images, one of which fails. */
final class FakeFleet implements FleetView {

  static final RolloutStatus STATUS =
      new RolloutStatus(
          Instant.parse("2026-01-01T00:00:00Z"),
          List.of(),
          List.of(
              new ListStatus("apps", "1", true, List.of(), List.of()),
              new ListStatus("bad", "2", false, List.of("line 1"), List.of())),
          new RolloutStatus.Nodes(5, 4, 3),
          List.of(
              image("nginx:1", "sha256:1", Phase.COMPLETE, List.of()),
              image(
                  "redis:7",
                  null,
                  Phase.LOCKING,
                  List.of(new Failure("NotFound", 1, "no such tag", List.of("n1"))))));

  static final NodeStatus NODE =
      new NodeStatus(
          "n1",
          true,
          "containerd 2.1.0",
          "linux/amd64",
          "0.1.0",
          "r1",
          "r1",
          null,
          1,
          0,
          List.of(
              new NodeStatus.Image(
                  "nginx:1", "Pulling", null, null, 0, 5, 9, null, null, 0, null)));

  /** What the fleet answers with when it cannot answer. */
  volatile Optional<RuntimeException> failure = Optional.empty();

  volatile boolean ready;

  private static ImageStatus image(
      String image, @Nullable String digest, Phase phase, List<Failure> failures) {
    return new ImageStatus(
        image,
        List.of("apps"),
        digest,
        null,
        null,
        phase == Phase.COMPLETE,
        phase.word(),
        null,
        phase == Phase.COMPLETE
            ? new Counts(5, 5, 0, 0, 0, 0, 0, 0)
            : new Counts(5, 3, 1, 0, 1, 0, 0, 0),
        failures);
  }

  @Override
  public boolean isReady() {
    return ready;
  }

  @Override
  public CompletionStage<RolloutStatus> status() {
    return failure
        .<CompletionStage<RolloutStatus>>map(CompletableFuture::failedFuture)
        .orElseGet(() -> CompletableFuture.completedFuture(STATUS));
  }

  @Override
  public CompletionStage<List<NodeStatus>> nodes() {
    return CompletableFuture.completedFuture(List.of(NODE.summary()));
  }

  @Override
  public CompletionStage<Optional<NodeStatus>> node(NodeName name) {
    return CompletableFuture.completedFuture(
        name.value().equals(NODE.node()) ? Optional.of(NODE) : Optional.empty());
  }
}
