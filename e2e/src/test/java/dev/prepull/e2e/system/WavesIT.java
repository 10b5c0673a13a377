package dev.prepull.e2e.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.FaultyRegistry;
import dev.prepull.e2e.testbed.RegistryRequest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** An image spreads over the nodes in waves, within the limits of its list. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WavesIT {

  private static final FaultyRegistry.Behaviour VERY_SLOW = new FaultyRegistry.Slow(16 * 1024);
  private static final FaultyRegistry.Behaviour SLOW = new FaultyRegistry.Slow(512 * 1024);
  private static final FaultyRegistry.Behaviour PASSING = new FaultyRegistry.Passing();
  private static final Duration OFTEN = Duration.ofMillis(20);
  private static final int NODES = 6;
  private static final String ALONE_IN_ITS_ZONE = "node-6";

  private final Fleet fleet = new Fleet();

  @BeforeAll
  void start() {
    for (int i = 1; i <= NODES; i++) {
      String name = "node-" + i;
      fleet.addNode(
          name,
          Nodes.containerd(ContainerdNode.Version.V1_6),
          "--poll-interval",
          "2s",
          "--node-labels",
          "topology.kubernetes.io/zone=" + (name.equals(ALONE_IN_ITS_ZONE) ? "b" : "a"));
    }
  }

  @AfterEach
  void heal() {
    fleet.faulty().behave(PASSING);
  }

  @AfterAll
  void stop() {
    fleet.close();
  }

  @Test
  void canariesOfDifferentZonesTryAnImageWhileTheOthersWait() {
    List<String> images =
        List.of(
            fleet.pushBehindFault("canary/one", "1"),
            fleet.pushBehindFault("canary/two", "1"),
            fleet.pushBehindFault("canary/three", "1"));
    fleet.faulty().behave(VERY_SLOW);

    fleet.listInFull(
        "rollout: {canaryNodes: 2, maxNodesPulling: 100%%}\nimages: [\"%s\"]"
            .formatted(String.join("\", \"", images)));

    for (String image : images) {
      fleet.awaitCount(image, "pulling", 2);
      assertThat(fleet.nodesThatAre("Pulling", image)).hasSize(2).contains(ALONE_IN_ITS_ZONE);
      assertThat(fleet.count(image, "waiting")).isEqualTo(NODES - 2);
    }
    fleet.faulty().behave(PASSING);
    fleet.awaitIdentical(images.toArray(String[]::new));
  }

  @Test
  void noMoreNodesPullThanTheListAllows() {
    String image = fleet.pushBehindFault("limited/app", "1");
    fleet.faulty().behave(SLOW);

    List<Integer> pulling;
    try (Samples<Integer> samples =
        Samples.every(OFTEN, () -> pulling(fleet.controller().status()))) {
      fleet.listInFull("rollout: {maxNodesPulling: 2}\nimages: [\"%s\"]".formatted(image));
      fleet.awaitIdentical(image);
      pulling = samples.stop();
    }

    assertThat(pulling).contains(2).allSatisfy(nodes -> assertThat(nodes).isLessThanOrEqualTo(2));
  }

  @Test
  void noMorePullsRunAtARegistryThanTheListAllows() {
    List<String> images =
        List.of(
            fleet.pushBehindFault("registry/one", "1"),
            fleet.pushBehindFault("registry/two", "1"),
            fleet.pushBehindFault("registry/three", "1"));
    fleet.faulty().behave(SLOW);

    List<Integer> pulling;
    try (Samples<Integer> samples =
        Samples.every(OFTEN, () -> pulling(fleet.controller().status()))) {
      fleet.listInFull(
          "rollout: {maxPullsPerRegistry: 4, maxNodesPulling: 100%%}\nimages: [\"%s\"]"
              .formatted(String.join("\", \"", images)));
      fleet.awaitIdentical(images.toArray(String[]::new));
      pulling = samples.stop();
    }

    assertThat(pulling).contains(4).allSatisfy(pulls -> assertThat(pulls).isLessThanOrEqualTo(4));
  }

  @Test
  void whatIsMoreUrgentComesFirst() {
    String late = fleet.pushBehindFault("priority/late", "1");
    String urgent = fleet.pushBehindFault("priority/urgent", "1");
    fleet.listInFull(
        """
        rollout: {maxPullsPerRegistry: 1}
        images: ["%s", {image: "%s", priority: 100}]
        """
            .formatted(late, urgent));

    fleet.awaitIdentical(late, urgent);

    List<String> blobs =
        fleet.faulty().requests().stream()
            .filter(RegistryRequest::isForBlob)
            .map(RegistryRequest::path)
            .filter(path -> path.contains("/priority/"))
            .toList();
    assertThat(blobs).isNotEmpty();
    assertThat(blobs.stream().dropWhile(path -> path.contains("urgent")))
        .noneSatisfy(path -> assertThat(path).contains("urgent"));
  }

  @Test
  void aNodeWithoutItsRuntimeHoldsUpNoOther() {
    String image = fleet.push("alone/app", "1");
    fleet.node("node-3").stop();

    fleet.listInFull("rollout: {failureTolerance: 0}\nimages: [\"%s\"]".formatted(image));
    fleet.awaitCount(image, "present", NODES - 1);
    fleet.node("node-3").resume();

    fleet.awaitIdentical(image);
  }

  @Test
  void tooManyFailuresStopTheSpreadAndTheLogSaysWhy() {
    String image = fleet.pushBehindFault("stalled/app", "1");
    fleet.faulty().behave(SLOW);
    fleet.listInFull(
        "rollout: {maxNodesPulling: 1, failureTolerance: 1}\nimages: [\"%s\"]".formatted(image));
    fleet.awaitCount(image, "present", 1);
    int before = fleet.count(image, "present");

    fleet.faulty().behave(new FaultyRegistry.Refusing(418));
    fleet.awaitCount(image, "failed", 2);
    fleet.eventually("they try again", () -> attempts(image) >= 3);

    int failed = fleet.count(image, "failed") + fleet.count(image, "pulling");
    assertThat(fleet.count(image, "waiting")).isGreaterThanOrEqualTo(NODES - before - 3);
    assertThat(failed).isLessThanOrEqualTo(3);
    fleet.eventually("the log says it", () -> fleet.controller().log().contains("RolloutStalled"));
    assertThat(fleet.controller().log()).contains("418");
    fleet.faulty().behave(PASSING);
    fleet.awaitIdentical(image);
  }

  /** How many pulls run, of all images together. */
  private static int pulling(JsonNode status) {
    int pulling = 0;
    for (JsonNode image : status.get("images")) {
      pulling += image.get("nodes").get("pulling").asInt();
    }
    return pulling;
  }

  /** The most attempts in a row that have failed on any node. */
  private int attempts(String reference) {
    int most = 0;
    for (String node : fleet.nodes().keySet()) {
      for (JsonNode image : fleet.controller().http().json("/api/v1/nodes/" + node).get("images")) {
        if (image.get("image").asText().equals(reference)) {
          most = Math.max(most, image.get("attempt").asInt());
        }
      }
    }
    return most;
  }
}
