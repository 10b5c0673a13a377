package dev.prepull.e2e.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.DockerNode;
import dev.prepull.e2e.testbed.RegistryRequest;
import dev.prepull.e2e.testbed.RuntimeNode;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * From a list to the same digests on every node, over all versions of the runtimes that run here.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MainJobIT {

  private final Fleet fleet = new Fleet();

  @BeforeAll
  void start() {
    for (ContainerdNode.Version version : ContainerdNode.Version.values()) {
      fleet.addNode(
          nodeName("containerd", version),
          (workspace, name) -> ContainerdNode.start(workspace, name, version));
    }
    for (DockerNode.Version version : DockerNode.Version.values()) {
      fleet.addNode(
          nodeName("docker", version),
          (workspace, name) -> DockerNode.start(workspace, name, version));
    }
  }

  private static String nodeName(String runtime, Enum<?> version) {
    return runtime
        + "-"
        + version.name().replaceFirst("^V", "").replace('_', '-').toLowerCase(Locale.ROOT);
  }

  @AfterAll
  void stop() {
    fleet.close();
  }

  @Test
  void everyNodeHoldsTheSameDigestsAndItsRuntimeSaysSo() {
    String web = fleet.push("main/web", "1");
    String api = fleet.push("main/api", "2");

    fleet.list(web, api);
    fleet.awaitIdentical(web, api);

    Set<String> digests = new HashSet<>();
    fleet.nodes().values().forEach(node -> digests.add(node.held().get(web)));
    assertThat(digests).containsExactly(fleet.controller().image(web).get("digest").asText());
  }

  @Test
  void anEditChangesWhatTheNodesHoldAndTakesNothingAway() {
    String before = fleet.push("edit/before", "1");
    String after = fleet.push("edit/after", "1");
    fleet.list(before);
    fleet.awaitIdentical(before);

    fleet.list(after);
    fleet.awaitIdentical(after);

    assertThat(fleet.nodes().values())
        .allSatisfy(node -> assertThat(node.held()).containsKeys(before, after));
  }

  @Test
  void whatIsPresentIsNotAskedForAtTheRegistry() {
    String image = fleet.push("present/app", "1");
    fleet.nodes().values().forEach(node -> node.pull(image));
    fleet.registry().forgetRequests();

    fleet.list(image);
    fleet.awaitIdentical(image);

    assertThat(fleet.registry().requests()).isEmpty();
  }

  @Test
  void onlyTheNodeThatLacksTheImageAsksForIt() {
    String image = fleet.push("lacking/app", "1");
    List<RuntimeNode> nodes = List.copyOf(fleet.nodes().values());
    nodes.subList(1, nodes.size()).forEach(node -> node.pull(image));
    fleet.registry().forgetRequests();

    fleet.list(image);
    fleet.awaitIdentical(image);

    assertThat(fleet.registry().requests()).filteredOn(RegistryRequest::isForBlob).hasSize(5);
  }

  @Test
  void aBadEditLeavesTheLastGoodListInForce() {
    String image = fleet.push("badedit/app", "1");
    fleet.list(image);
    fleet.awaitIdentical(image);

    fleet.edit("PrePullList: \"images: [{imag: nginx}]\"");
    fleet.eventually("the edit is refused", () -> !list().get("accepted").asBoolean());

    assertThat(list().get("errors").get(0).asText())
        .contains("fleet")
        .contains("PrePullList")
        .contains("imag")
        .contains("image");
    assertThat(fleet.controller().image(image).get("identical").asBoolean()).isTrue();
  }

  private JsonNode list() {
    return fleet.controller().status().get("lists").get(0);
  }
}
