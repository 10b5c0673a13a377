package dev.prepull.controller.reconcile;

import static dev.prepull.controller.reconcile.TestController.full;
import static dev.prepull.controller.reconcile.TestController.list;
import static dev.prepull.controller.reconcile.TestController.node;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.reconcile.HoldingObserver.NodeHolding;
import dev.prepull.controller.status.PlanHolding;
import dev.prepull.controller.status.RolloutStatus;
import dev.prepull.model.ImageState;
import dev.prepull.model.NodeName;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Nodes that join, leave, are relabelled, renamed, and replaced under the same name. */
class ChangingNodesTest {

  private static final String IMAGE = "nginx:1";

  private final TestController controller = new TestController();

  private FakeAgent holder(String node) {
    FakeAgent agent = controller.attach(node);
    controller.settle();
    agent.acknowledge();
    agent.reports(ImageState.PRESENT, IMAGE);
    controller.settle();
    return agent;
  }

  private @Nullable NodeHolding holding(String node) {
    return controller.holdings.get(new NodeName(node));
  }

  private RolloutStatus.Counts counts() {
    return controller.status().images().getFirst().nodes();
  }

  @Test
  void aNodeThatJoinsIsUnknownUntilItSpeaksAndThenHoldsItsPlan() {
    controller.observeLists(list("apps", IMAGE));
    controller.observe(node("n1", "u1"));
    FakeAgent first = holder("n1");
    assertThat(holding("n1")).isEqualTo(new NodeHolding("u1", PlanHolding.HELD));

    controller.observe(node("n1", "u1"), node("n2", "u2"));
    controller.settle();
    assertThat(holding("n2")).isEqualTo(new NodeHolding("u2", PlanHolding.UNKNOWN));
    assertThat(counts().unknown()).isEqualTo(1);
    FakeAgent second = holder("n2");

    assertThat(holding("n2")).isEqualTo(new NodeHolding("u2", PlanHolding.HELD));
    assertThat(counts().present()).isEqualTo(2);
    assertThat(second.plans).containsExactly(List.of(IMAGE));
    assertThat(first.plans).hasSize(1);
  }

  @Test
  void ofANodeThatLeavesNothingStays() {
    controller.observeLists(list("apps", IMAGE));
    controller.observe(node("n1", "u1"), node("n2", "u2"));
    FakeAgent first = holder("n1");
    FakeAgent second = holder("n2");

    controller.observe(node("n1", "u1"));
    second.detach();
    controller.settle();

    assertThat(controller.holdings).containsOnlyKeys(new NodeName("n1"));
    assertThat(counts().desired()).isEqualTo(1);
    assertThat(controller.status().images().getFirst().identical()).isTrue();
    assertThat(controller.nodeNames()).containsExactly("n1");
    assertThat(first.closed).isEmpty();
  }

  @Test
  void aNodeThatIsRelabelledEntersAndLeavesAnImagesTargets() {
    controller.observeLists(
        full("apps", "images: [{image: \"%s\", nodeSelector: {gpu: \"true\"}}]".formatted(IMAGE)));
    controller.observe(node("n1", "u1"));
    FakeAgent agent = controller.attach("n1");
    controller.settle();
    assertThat(holding("n1")).isEqualTo(new NodeHolding("u1", PlanHolding.HELD));

    controller.observe(node("n1", "u1", "gpu", "true"));
    controller.settle();
    assertThat(agent.plans).containsExactly(List.of(), List.of(IMAGE));
    assertThat(holding("n1")).isEqualTo(new NodeHolding("u1", PlanHolding.UNKNOWN));
    agent.reports(ImageState.WAITING, IMAGE);
    controller.settle();
    assertThat(holding("n1")).isEqualTo(new NodeHolding("u1", PlanHolding.LACKING));
    controller.observe(node("n1", "u1"));
    controller.settle();

    assertThat(agent.plans).hasSize(3).endsWith(List.of());
    assertThat(holding("n1")).isEqualTo(new NodeHolding("u1", PlanHolding.HELD));
    assertThat(counts().desired()).isZero();
    assertThat(agent.closed).isEmpty();
  }

  @Test
  void aMachineThatComesBackUnderAnotherNameIsAnotherNode() {
    controller.observeLists(list("apps", IMAGE));
    controller.observe(node("old", "u1"));
    FakeAgent before = holder("old");

    controller.observe(node("new", "u2"));
    before.detach();
    FakeAgent after = holder("new");

    assertThat(after.plans).containsExactly(List.of(IMAGE));
    assertThat(controller.holdings).containsOnlyKeys(new NodeName("new"));
    assertThat(controller.nodeNames()).containsExactly("new");
    assertThat(counts().present()).isEqualTo(1);
  }

  @Test
  void whatTheAgentOfAReplacedNodeSaidIsForgotten() {
    controller.observeLists(list("apps", IMAGE));
    controller.observe(node("n1", "u1"));
    FakeAgent before = holder("n1");

    controller.observe(node("n1", "u2"));
    controller.settle();

    assertThat(before.closed).containsExactly("the node was replaced under the same name");
    assertThat(holding("n1")).isEqualTo(new NodeHolding("u2", PlanHolding.UNKNOWN));
    assertThat(counts().present()).isZero();
    assertThat(counts().unknown()).isEqualTo(1);
  }

  @Test
  void anAgentOfAReplacedNodeIsNotListenedToAnyMore() {
    controller.observeLists(list("apps", IMAGE));
    controller.observe(node("n1", "u1"));
    FakeAgent before = holder("n1");
    controller.observe(node("n1", "u2"));
    controller.settle();

    before.reports(ImageState.PRESENT, IMAGE);
    before.detach();
    controller.settle();

    assertThat(holding("n1")).isEqualTo(new NodeHolding("u2", PlanHolding.UNKNOWN));
  }

  @Test
  void theEmptyRuntimeOfAReplacedNodeIsFilledWithWhatIsLocked() {
    controller.observeLists(list("apps", IMAGE));
    controller.observe(node("n1", "u1"));
    FakeAgent before = holder("n1");
    assertThat(before.locks).containsEntry(IMAGE, FakeAgent.DIGEST);

    controller.observe(node("n1", "u2"));
    FakeAgent after = controller.attach("n1");
    controller.settle();
    after.acknowledge();
    after.reports(ImageState.WAITING, IMAGE);
    controller.settle();

    assertThat(after.closed).isEmpty();
    assertThat(after.locks).containsEntry(IMAGE, FakeAgent.DIGEST);
    assertThat(after.permitted()).containsExactly("CONVERGE " + IMAGE);
    assertThat(holding("n1")).isEqualTo(new NodeHolding("u2", PlanHolding.LACKING));
  }

  @Test
  void aNodeThatWasAwayForAMomentIsStillRecognisedAsAnother() {
    controller.observeLists(list("apps", IMAGE));
    controller.observe(node("n1", "u1"));
    FakeAgent before = holder("n1");

    controller.observe();
    controller.settle();
    controller.observe(node("n1", "u2"));
    controller.settle();

    assertThat(before.closed).hasSize(1);
    assertThat(holding("n1")).isEqualTo(new NodeHolding("u2", PlanHolding.UNKNOWN));
  }

  @Test
  void aNodeThatIsSeenAfterItsAgentKeepsItsAgent() {
    controller.observeLists(list("apps", IMAGE));
    controller.observe();
    FakeAgent agent = controller.attach("n1");
    controller.settle();

    controller.observe(node("n1", "u1"));
    controller.settle();

    assertThat(agent.closed).isEmpty();
    assertThat(agent.plans).containsExactly(List.of(IMAGE));
  }

  @Test
  void nothingIsToldOfAnyNodeWhileAListWasNeverUnderstood() {
    controller.observeLists(list("apps", "Nginx:1"));
    controller.observe(node("n1", "u1"));
    controller.settle();

    assertThat(controller.holdings).isEmpty();
  }
}
