package dev.prepull.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.plan.NodeInfo;
import dev.prepull.controller.plan.PlannedFleet;
import dev.prepull.controller.plan.Planner;
import dev.prepull.model.NodeHello;
import dev.prepull.model.NodeName;
import dev.prepull.model.NodePlan;
import dev.prepull.model.Platform;
import dev.prepull.model.RuntimeInfo;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Nodes come and go; their ordinals stay small. */
class FleetNodesTest {

  private final FleetNodes nodes = new FleetNodes();

  private static PlannedFleet fleet(String... names) {
    return Planner.plan(
        List.of(),
        Arrays.stream(names)
            .map(name ->
                new NodeInfo(
                    new NodeName(name), Platform.parse("linux/amd64"), Map.of(), List.of()))
            .toList());
  }

  private static NodeHello hello(String name, int pulls) {
    return new NodeHello(
        new NodeName(name),
        new RuntimeInfo("containerd", "2.1.0"),
        Platform.parse("linux/amd64"),
        "0.1.0",
        Map.of(),
        pulls,
        List.of());
  }

  @Test
  void givesTheOrdinalOfANodeThatIsGoneToTheNext() {
    nodes.planned(fleet("a", "b"));

    for (int i = 0; i < 100; i++) {
      nodes.planned(fleet("a", "c" + i));
      nodes.planned(fleet("a"));
    }

    assertThat(nodes.span()).isLessThanOrEqualTo(3);
    assertThat(nodes.find(new NodeName("b"))).isEmpty();
  }

  @Test
  void keepsTheOrdinalOfANodeThatIsStillAttached() {
    nodes.planned(fleet("a"));
    FleetNode attached = nodes.attached(hello("a", 3));

    nodes.planned(fleet("b"));
    assertThat(nodes.find(new NodeName("a"))).contains(attached);

    nodes.detached(attached);
    assertThat(nodes.find(new NodeName("a"))).isEmpty();
  }

  @Test
  void reachesANodeOnceItsAgentKnowsItsPlan() {
    nodes.planned(fleet("a"));
    FleetNode node = nodes.attached(hello("a", 3));
    assertThat(nodes.reachable().cardinality()).isZero();

    nodes.brought(node, NodePlan.EMPTY);
    assertThat(nodes.reachable().cardinality()).isEqualTo(1);

    nodes.refused(node);
    assertThat(nodes.reachable().cardinality()).isZero();
  }

  @Test
  void hasRoomForTwiceWhatANodePulls() {
    FleetNode node = nodes.attached(hello("a", 2));
    nodes.brought(node, NodePlan.EMPTY);

    nodes.permits(node, 3);
    assertThat(nodes.withRoom().cardinality()).isEqualTo(1);

    nodes.permits(node, 4);
    assertThat(nodes.withRoom().cardinality()).isZero();
  }

  @Test
  void givesAnAgentThatStatesNothingRoomForOne() {
    assertThat(nodes.attached(hello("a", 0)).permitLimit()).isEqualTo(2);
  }
}
