package dev.prepull.e2e.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.DockerNode;
import dev.prepull.e2e.testbed.RuntimeNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is taken from a node comes back because the runtime tells of it: no poll comes to help while
 * these tests run.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RepairIT {

  private static final int DELETIONS = 10;

  private final Fleet fleet = new Fleet();

  @BeforeAll
  void start() {
    String[] noPoll = {"--poll-interval", "1h"};
    fleet.addNode("containerd-1-6", Nodes.containerd(ContainerdNode.Version.V1_6), noPoll);
    fleet.addNode("containerd-2", Nodes.containerd(ContainerdNode.Version.V2), noPoll);
    fleet.addNode("docker-20", Nodes.docker(DockerNode.Version.V20), noPoll);
    fleet.addNode("docker-28", Nodes.docker(DockerNode.Version.V28), noPoll);
  }

  @AfterAll
  void stop() {
    fleet.close();
  }

  @Test
  void aNameThatIsTakenAwayComesBack() {
    String image = fleet.push("name/app", "1");
    fleet.list(image);
    fleet.awaitIdentical(image);
    String locked = fleet.digest(image);

    fleet.nodes().values().forEach(node -> node.remove(image));

    fleet.awaitResolved(image, locked);
    fleet.awaitIdentical(image);
  }

  @Test
  void anImageThatIsTakenAwayWithItsBytesComesBack() {
    String image = fleet.push("bytes/app", "1");
    fleet.list(image);
    fleet.awaitIdentical(image);
    String locked = fleet.digest(image);

    fleet.nodes().values().forEach(node -> node.delete(image));

    fleet.awaitResolved(image, locked);
    fleet.awaitIdentical(image);
  }

  @Test
  void aTagThatIsMovedByHandComesBack() {
    String image = fleet.push("tag/app", "1");
    String other = fleet.push("tag/other", "1");
    fleet.list(image);
    fleet.awaitIdentical(image);
    String locked = fleet.digest(image);
    fleet.nodes().values().forEach(node -> node.pullAgain(other));

    fleet.nodes().values().forEach(node -> node.tag(other, image));

    fleet.awaitResolved(image, locked);
    fleet.awaitIdentical(image);
    assertThat(fleet.nodes().values())
        .allSatisfy(node -> assertThat(node.held()).containsKey(other));
  }

  @ParameterizedTest
  @ValueSource(strings = {"containerd-2", "docker-20"})
  void whateverDeletesAnImageAgainAndAgainIsReported(String name) {
    String image = fleet.push("loop-%s/app".formatted(name), "1");
    fleet.list(image);
    fleet.awaitIdentical(image);
    RuntimeNode node = fleet.node(name);

    for (int i = 1; i <= DELETIONS; i++) {
      fleet.eventually("it is there again", () -> node.held().containsKey(image));
      fleet.awaitIdentical(image);
      node.delete(image);
    }

    fleet.awaitReason(image, "EvictionLoop");
    assertThat(fleet.nodesThatAre("Failed", image)).containsExactly(name);
    assertThat(fleet.count(image, "present")).isEqualTo(fleet.nodes().size() - 1);
  }
}
