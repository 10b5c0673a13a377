package dev.prepull.e2e.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.DockerNode;
import dev.prepull.e2e.testbed.FaultyRegistry;
import dev.prepull.e2e.testbed.RegistryRequest;
import dev.prepull.e2e.testbed.RuntimeNode;
import dev.prepull.e2e.testbed.TestImage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Every node resolves a reference to the digest that was locked, whatever its tag does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LockIT {

  private static final FaultyRegistry.Behaviour SLOW = new FaultyRegistry.Slow(128 * 1024);
  private static final FaultyRegistry.Behaviour PASSING = new FaultyRegistry.Passing();

  private final Fleet fleet = new Fleet();

  @BeforeAll
  void start() {
    fleet.addNode("containerd-1-6", Nodes.containerd(ContainerdNode.Version.V1_6));
    fleet.addNode("containerd-2", Nodes.containerd(ContainerdNode.Version.V2));
    fleet.addNode("docker-20", Nodes.docker(DockerNode.Version.V20));
    fleet.addNode("docker-28", Nodes.docker(DockerNode.Version.V28));
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
  void aTagThatMovesMidWaveLeavesAllNodesOnTheLockedDigest() {
    String image = fleet.pushBehindFault("moved/app", "1");
    fleet.faulty().behave(SLOW);
    fleet.listInFull(
        """
        rollout: {maxNodesPulling: 1}
        images: ["%s"]
        """
            .formatted(image));
    fleet.awaitCount(image, "present", 1);
    String locked = fleet.digest(image);

    var _ = fleet.push("moved/app", "1");
    int presentWhenItMoved = fleet.count(image, "present");
    fleet.faulty().behave(PASSING);
    fleet.awaitIdentical(image);

    assertThat(presentWhenItMoved).as("nodes that had it before").isLessThan(fleet.nodes().size());
    assertResolvesEverywhere(image, locked);
  }

  @Test
  void nodesThatAttachAfterTheTagMovedGetTheLockedDigestEvenFromARestartedController() {
    String image = fleet.push("joined/app", "1");
    fleet.list(image);
    fleet.awaitIdentical(image);
    String locked = fleet.digest(image);
    var _ = fleet.push("joined/app", "1");

    fleet.addNode("late-containerd", Nodes.containerd(ContainerdNode.Version.V1_7));
    fleet.awaitIdentical(image);
    fleet.controller().kill();
    fleet.controller().resume();
    fleet.addNode("late-docker", Nodes.docker(DockerNode.Version.V26));
    fleet.awaitIdentical(image);

    assertResolvesEverywhere(image, locked);
  }

  @Test
  void aRestartedControllerKnowsTheLockThoughNoNodeHoldsTheImage() {
    String image = fleet.push("forgotten/app", "1");
    fleet.list(image);
    fleet.awaitIdentical(image);
    String locked = fleet.digest(image);
    var _ = fleet.push("forgotten/app", "1");
    fleet.awaitKept(locked);

    fleet.nodes().keySet().forEach(node -> fleet.agent(node).kill());
    fleet.controller().kill();
    fleet.nodes().values().forEach(node -> node.delete(image));
    fleet.controller().resume();
    fleet.nodes().keySet().forEach(node -> fleet.agent(node).resume());
    fleet.awaitIdentical(image);

    assertResolvesEverywhere(image, locked);
  }

  @Test
  void nodesThatHeldDifferentDigestsConvergeOnOne() {
    String image = fleet.push("mixed/app", "1");
    List<RuntimeNode> nodes = List.copyOf(fleet.nodes().values());
    nodes.getFirst().pullAgain(image);
    nodes.get(2).pullAgain(image);
    var _ = fleet.push("mixed/app", "1");
    nodes.get(1).pullAgain(image);

    fleet.list(image);
    fleet.awaitIdentical(image);

    assertResolvesEverywhere(image, fleet.digest(image));
  }

  @Test
  void whatAllNodesHoldIsTheLockAndNobodyAsksTheRegistryThoughTheTagHasMoved() {
    String image = fleet.push("agreed/app", "1");
    fleet.nodes().values().forEach(node -> node.pullAgain(image));
    String agreed = fleet.node("docker-20").held().get(image);
    var _ = fleet.push("agreed/app", "1");
    fleet.registry().forgetRequests();

    fleet.list(image);
    fleet.awaitIdentical(image);

    assertThat(fleet.registry().requests()).isEmpty();
    assertThat(fleet.digest(image)).isEqualTo(agreed);
  }

  @Test
  void driftIsOnlyReportedWhereTheListSaysSo() {
    String image = fleet.push("reported/app", "1");
    String other = fleet.push("reported/other", "1");
    String barrier = fleet.push("reported/barrier", "1");
    fleet.listInFull("images: [{image: \"%s\", onDrift: Report}]".formatted(image));
    fleet.awaitIdentical(image);
    String locked = fleet.digest(image);
    RuntimeNode node = fleet.node("containerd-2");
    node.pullAgain(other);

    node.tag(other, image);
    fleet.awaitCount(image, "drifted", 1);
    fleet.listInFull(
        "images: [{image: \"%s\", onDrift: Report}, \"%s\"]".formatted(image, barrier));
    fleet.awaitIdentical(barrier);

    assertThat(fleet.reason(image)).isEqualTo("Drift");
    assertThat(fleet.message(image)).contains(locked, node.held().get(other));
    assertThat(fleet.digest(image)).isEqualTo(locked);
    assertThat(fleet.controller().image(image).get("identical").asBoolean()).isFalse();
    assertThat(node.held().get(image)).isEqualTo(node.held().get(other));
  }

  @Test
  void architecturesAgreeByTheDigestOfTheIndex() {
    String index =
        fleet
            .registry()
            .pushIndex(
                "multi/app",
                "1",
                Map.of(
                    "amd64", TestImage.random(fleet.nextSeed(), 2, 1024, "amd64"),
                    "arm64", TestImage.random(fleet.nextSeed(), 2, 1024, "arm64")));
    String image = fleet.registry().host() + "/multi/app:1";

    fleet.list(image);
    fleet.awaitIdentical(image);

    assertResolvesEverywhere(image, index);
  }

  @Test
  void oneNodeAsksForTheTagAndTheOthersOnceForTheDigest() {
    String image = fleet.push("asked/app", "1");
    fleet.registry().forgetRequests();

    fleet.list(image);
    fleet.awaitIdentical(image);

    List<RegistryRequest> requests =
        fleet.registry().requests().stream().filter(RegistryRequest::isForManifest).toList();
    assertThat(requests).filteredOn(RegistryRequest::isByTag).hasSize(1);
    assertThat(requests)
        .as("the manifest itself")
        .filteredOn(request -> request.method().equals("GET"))
        .hasSizeLessThanOrEqualTo(fleet.nodes().size());
    assertThat(requests)
        .as("whether the manifest is there")
        .filteredOn(request -> request.method().equals("HEAD"))
        .hasSizeLessThanOrEqualTo(fleet.nodes().size());
  }

  private void assertResolvesEverywhere(String image, String locked) {
    assertThat(fleet.digest(image)).isEqualTo(locked);
    assertThat(fleet.nodes())
        .allSatisfy((name, node) ->
            assertThat(node.resolve(image))
                .as(name)
                .hasValueSatisfying(
                    resolved -> assertThat(resolved.digests()).containsExactly(locked)));
  }
}
