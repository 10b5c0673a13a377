package dev.prepull.e2e.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.DockerNode;
import dev.prepull.e2e.testbed.ResolvedImage;
import dev.prepull.e2e.testbed.RuntimeNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images are protected while they are wanted, and removed afterwards only where that is ours. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PinAndRemovalIT {

  private static final Set<String> CAN_PIN = Set.of("containerd-1-7", "containerd-2");

  private final Fleet fleet = new Fleet();

  @BeforeAll
  void start() {
    fleet.addNode("containerd-1-6", Nodes.containerd(ContainerdNode.Version.V1_6));
    fleet.addNode("containerd-1-7", Nodes.containerd(ContainerdNode.Version.V1_7));
    fleet.addNode("containerd-2", Nodes.containerd(ContainerdNode.Version.V2));
    fleet.addNode("docker-20", Nodes.docker(DockerNode.Version.V20));
    fleet.addNode("docker-28", Nodes.docker(DockerNode.Version.V28));
  }

  @AfterEach
  void stopContainers() {
    fleet.nodes().values().forEach(RuntimeNode::removeContainers);
  }

  @AfterAll
  void stop() {
    fleet.close();
  }

  @Test
  void aPinShowsWhereTheRuntimeHasItAndIsReportedMissingWhereItHasNot() {
    String image = fleet.push("pinned/app", "1");

    fleet.listInFull("images: [{image: \"%s\", pin: true}]".formatted(image));
    fleet.awaitIdentical(image);

    fleet.eventually("pinned where it can be", () -> pinned(image).equals(CAN_PIN));
    fleet.awaitReason(image, "PinUnsupported");
    fleet.eventually(
        "reported missing where it cannot be",
        () ->
            fleet.troubledNodes(image).equals(Set.of("containerd-1-6", "docker-20", "docker-28")));
  }

  @Test
  void aPinThatAnotherPullWipedComesBack() {
    String image = fleet.push("repinned/app", "1");
    fleet.listInFull("images: [{image: \"%s\", pin: true}]".formatted(image));
    fleet.awaitIdentical(image);
    fleet.eventually("pinned", () -> pinned(image).equals(CAN_PIN));

    CAN_PIN.forEach(node -> fleet.node(node).pullAgain(image));

    fleet.eventually("pinned again", () -> pinned(image).equals(CAN_PIN));
  }

  @ParameterizedTest
  @ValueSource(strings = {"images: []", "images: [{image: \"IMAGE\", pin: false}]"})
  void aPinGoesWithTheWish(String afterwards) {
    String image = fleet.push("unpinned/app", "%08x".formatted(afterwards.hashCode()));
    fleet.listInFull("images: [{image: \"%s\", pin: true}]".formatted(image));
    fleet.awaitIdentical(image);
    fleet.eventually("pinned", () -> pinned(image).equals(CAN_PIN));

    fleet.listInFull(afterwards.replace("IMAGE", image));

    fleet.eventually("pinned no longer", () -> pinned(image).isEmpty());
    assertThat(fleet.nodes().values())
        .allSatisfy(node -> assertThat(node.held()).containsKey(image));
  }

  @Test
  void whatWePulledGoesWithItsEntryAndNothingElse() {
    String ours = fleet.push("removed/ours", "1");
    String kept = fleet.push("removed/kept", "1");
    String before = fleet.push("removed/before", "1");
    fleet.nodes().values().forEach(node -> node.pullAgain(before));
    fleet.listInFull(
        """
        defaults: {onRemoval: Delete}
        images: ["%s", "%s", {image: "%s", onRemoval: Keep}]
        """
            .formatted(ours, before, kept));
    fleet.awaitIdentical(ours, before, kept);

    fleet.listInFull("images: []");

    awaitGone(ours);
    assertHeldEverywhere(kept);
    assertHeldEverywhere(before);
  }

  @Test
  void whatAContainerUsesStaysUntilTheContainerIsGone() {
    String running = fleet.push("used/running", "1");
    String stopped = fleet.push("used/stopped", "1");
    String barrier = fleet.push("used/barrier", "1");
    listForDeletion(running, stopped, barrier);
    fleet
        .nodes()
        .values()
        .forEach(node -> {
          node.addContainer(running, true);
          node.addContainer(stopped, false);
        });

    fleet.listInFull("images: []");
    awaitGone(barrier);
    List<String> heldWhileUsed = new ArrayList<>();
    fleet
        .nodes()
        .forEach((name, node) -> {
          if (node.held().keySet().containsAll(List.of(running, stopped))) {
            heldWhileUsed.add(name);
          }
        });
    fleet.nodes().values().forEach(RuntimeNode::removeContainers);

    assertThat(heldWhileUsed).containsExactlyElementsOf(fleet.nodes().keySet());
    awaitGone(running);
    awaitGone(stopped);
  }

  @Test
  void whatSomebodyPulledSinceStays() {
    String image = fleet.push("repulled/app", "1");
    String barrier = fleet.push("repulled/barrier", "1");
    listForDeletion(image, barrier);
    fleet.nodes().values().forEach(node -> node.pullAgain(image));

    fleet.listInFull("images: []");
    awaitGone(barrier);

    assertHeldEverywhere(image);
  }

  @Test
  void anAgentThatStartsAgainKnowsWhatItPulled() {
    String image = fleet.push("journal/app", "1");
    listForDeletion(image);
    fleet.nodes().keySet().forEach(node -> fleet.agent(node).terminate());
    fleet.nodes().keySet().forEach(node -> fleet.agent(node).resume());
    fleet.awaitIdentical(image);

    fleet.listInFull("images: []");

    awaitGone(image);
  }

  @Test
  void whatLeftTheListWhileTheAgentWasAwayGoesWhenItIsBack() {
    String image = fleet.push("away/app", "1");
    listForDeletion(image);
    fleet.nodes().keySet().forEach(node -> fleet.agent(node).kill());

    fleet.listInFull("images: []");
    fleet.nodes().keySet().forEach(node -> fleet.agent(node).resume());

    awaitGone(image);
  }

  private void listForDeletion(String... images) {
    fleet.listInFull(
        "defaults: {onRemoval: Delete}\nimages: [\"%s\"]".formatted(String.join("\", \"", images)));
    fleet.awaitIdentical(images);
  }

  private void awaitGone(String image) {
    fleet.eventually(
        image + " is gone",
        () -> fleet.nodes().values().stream().allMatch(node -> !node.held().containsKey(image)));
  }

  private void assertHeldEverywhere(String image) {
    assertThat(fleet.nodes())
        .allSatisfy((name, node) -> assertThat(node.held()).as(name).containsKey(image));
  }

  /** The nodes whose runtime shows the image as pinned. */
  private Set<String> pinned(String image) {
    Set<String> pinned = new TreeSet<>();
    fleet
        .nodes()
        .forEach((name, node) -> {
          if (node.resolve(image).filter(ResolvedImage::pinned).isPresent()) {
            pinned.add(name);
          }
        });
    return pinned;
  }
}
