package dev.prepull.e2e.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.DockerNode;
import dev.prepull.e2e.testbed.FaultyRegistry;
import dev.prepull.e2e.testbed.RuntimeNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever breaks in the middle of a rollout, the rollout comes to its end. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultsIT {

  private static final FaultyRegistry.Behaviour SLOW = new FaultyRegistry.Slow(128 * 1024);
  private static final FaultyRegistry.Behaviour PASSING = new FaultyRegistry.Passing();

  private final Fleet fleet = new Fleet();

  @BeforeAll
  void start() {
    fleet.addNode(
        "containerd",
        (workspace, name) -> ContainerdNode.start(workspace, name, ContainerdNode.Version.V1_6));
    fleet.addNode(
        "docker", (workspace, name) -> DockerNode.start(workspace, name, DockerNode.Version.V20));
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
  void agentsGoOnWhileTheControllerIsAwayAndItFindsEverythingAgain() {
    String image = fleet.pushBehindFault("controller-killed/app", "1");
    fleet.faulty().behave(SLOW);
    list(image);
    fleet.awaitCount(image, "pulling", 2);

    fleet.controller().kill();
    fleet.awaitHeld(image);
    fleet.controller().resume();

    fleet.awaitIdentical(image);
  }

  @Test
  void aControllerThatComesBackMidRolloutTakesItUp() {
    String image = fleet.pushBehindFault("controller-restarted/app", "1");
    fleet.faulty().behave(SLOW);
    list(image);
    fleet.awaitPulling(image);

    assertThat(fleet.controller().terminate()).isZero();
    fleet.controller().resume();

    fleet.awaitIdentical(image);
  }

  @ParameterizedTest
  @ValueSource(strings = {"containerd", "docker"})
  void anAgentThatIsKilledMidPullPullsAgain(String node) {
    String image = fleet.pushBehindFault("agent-killed-%s/app".formatted(node), "1");
    fleet.faulty().behave(SLOW);
    list(image);
    fleet.awaitCount(image, "pulling", 2);

    fleet.agent(node).kill();
    fleet.awaitCount(image, "unknown", 1);
    fleet.agent(node).resume();

    fleet.awaitIdentical(image);
  }

  @ParameterizedTest
  @ValueSource(strings = {"containerd", "docker"})
  void aRuntimeThatIsKilledMidPullPullsAgain(String node) {
    String image = fleet.pushBehindFault("runtime-killed-%s/app".formatted(node), "1");
    fleet.faulty().behave(SLOW);
    list(image);
    fleet.awaitCount(image, "pulling", 2);
    RuntimeNode runtime = fleet.node(node);

    runtime.kill();
    fleet.awaitCount(image, "failed", 1);
    assertThat(fleet.reason(image)).isEqualTo("RuntimeUnavailable");
    runtime.resume();
    fleet.faulty().behave(PASSING);

    fleet.awaitIdentical(image);
  }

  @Test
  void aRegistryThatComesBackIsPulledFrom() {
    String image = fleet.push("registry-down/app", "1");
    fleet.registry().stop();

    list(image);
    fleet.awaitCount(image, "failed", 2);
    assertThat(fleet.reason(image)).isEqualTo("RegistryUnavailable");
    fleet.registry().resume();

    fleet.awaitIdentical(image);
  }

  @Test
  void anImageThatDoesNotExistHoldsUpNoOther() {
    String first = fleet.push("among-good/first", "1");
    String absent = fleet.registry().host() + "/among-good/absent:1";
    String last = fleet.push("among-good/last", "1");

    list(first, absent, last);
    fleet.awaitIdentical(first, last);
    fleet.awaitCount(absent, "failed", 2);

    JsonNode failure = fleet.controller().image(absent).get("failures").get(0);
    assertThat(failure.get("reason").asText()).isEqualTo("NotFound");
    assertThat(failure.get("count").asInt()).isEqualTo(2);
    assertThat(failure.get("message").asText()).contains(absent).doesNotContain("\n");
  }

  @Test
  void anEditWhilePullsRunCancelsWhatIsNoLongerWanted() {
    String dropped = fleet.pushBehindFault("edited/dropped", "1");
    String wanted = fleet.push("edited/wanted", "1");
    fleet.faulty().behave(SLOW);
    list(dropped);
    fleet.awaitCount(dropped, "pulling", 2);

    list(wanted);
    fleet.awaitIdentical(wanted);
    fleet.faulty().behave(PASSING);

    assertThat(fleet.nodes().values())
        .allSatisfy(node -> assertThat(node.held()).doesNotContainKey(dropped));
  }

  @Test
  void aSilentRegistryIsGivenUpAndAskedAgain() {
    String image = fleet.pushBehindFault("silent/app", "1");
    fleet.faulty().behave(new FaultyRegistry.Silent());
    fleet.edit(
        """
        PrePullList: |
            rollout: {canaryNodes: 2, maxNodesPulling: 100%%, failureTolerance: 100%%}
            images:
              - {image: "%s", pullTimeout: 2s}
        """
            .formatted(image)
            .strip());

    fleet.awaitCount(image, "failed", 2);
    assertThat(fleet.reason(image)).isEqualTo("Timeout");
    fleet.faulty().behave(PASSING);

    fleet.awaitIdentical(image);
  }

  @Test
  void anImageThatIsDeletedUnderUsComesBack() {
    String image = fleet.push("deleted/app", "1");
    list(image);
    fleet.awaitIdentical(image);

    fleet.nodes().values().forEach(node -> node.remove(image));

    fleet.awaitHeld(image);
    fleet.awaitIdentical(image);
  }

  /** Both nodes are canaries, so that both pull at once; neither holds up the other. */
  private void list(String... images) {
    fleet.listInFull(
        """
        rollout: {canaryNodes: 2, maxNodesPulling: 100%%, failureTolerance: 100%%}
        images: ["%s"]
        """
            .formatted(String.join("\", \"", images)));
  }
}
