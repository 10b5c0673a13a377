package dev.prepull.controller.reconcile;

import static dev.prepull.controller.reconcile.TestController.list;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.status.NodeStatus;
import dev.prepull.controller.status.RolloutStatus;
import dev.prepull.controller.status.RolloutStatus.Counts;
import dev.prepull.model.ImageState;
import dev.prepull.model.PullReason;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What status, nodes and metrics show of plans and reports. */
class ShownStatusTest {

  private final TestController controller = new TestController();

  private void start(String... nodes) {
    controller.observeLists(list("apps", "nginx:1"));
    controller.observeNodes(nodes);
    controller.settle();
  }

  private Counts counts() {
    return controller.status().images().getFirst().nodes();
  }

  @Test
  void countsTheNodesOfAnImageByState() {
    start("n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8");
    controller.attach("n1").reports(ImageState.PRESENT, "nginx:1");
    controller.attach("n2").reports(ImageState.PULLING, "nginx:1");
    controller.attach("n3").reports(ImageState.WAITING, "nginx:1");
    controller.attach("n4").reports(ImageState.GRANTED, "nginx:1");
    controller.attach("n5").fails("nginx:1", PullReason.NOT_FOUND);
    controller.attach("n6").reports(ImageState.BLOCKED, "nginx:1");
    controller.attach("n7").reports(ImageState.DRIFTED, "nginx:1");

    assertThat(counts()).isEqualTo(new Counts(8, 1, 1, 2, 1, 1, 1, 1));
  }

  @Test
  void countsANodeThatHasNotReportedAsWaiting() {
    start("n1");
    controller.attach("n1");

    assertThat(counts()).isEqualTo(new Counts(1, 0, 0, 1, 0, 0, 0, 0));
  }

  @Test
  void countsANodeWhoseAgentIsAwayAsUnknown() {
    start("n1");
    FakeAgent agent = controller.attach("n1");
    agent.reports(ImageState.PRESENT, "nginx:1");
    controller.settle();

    agent.detach();

    assertThat(counts()).isEqualTo(new Counts(1, 0, 0, 0, 0, 0, 0, 1));
    assertThat(controller.status().nodes()).isEqualTo(new RolloutStatus.Nodes(1, 0, 0));
  }

  @Test
  void forgetsWhatAnEarlierSessionSaid() {
    start("n1");
    FakeAgent older = controller.attach("n1");
    older.reports(ImageState.PRESENT, "nginx:1");
    FakeAgent newer = controller.attach("n1");
    older.reports(ImageState.PRESENT, "nginx:1");

    assertThat(counts().waiting()).isEqualTo(1);

    newer.reports(ImageState.PRESENT, "nginx:1");
    assertThat(counts().present()).isEqualTo(1);
  }

  @Test
  void forgetsAnImageOnceItsAgentKnowsThatItHasLeftThePlan() {
    start("n1");
    FakeAgent agent = controller.attach("n1");
    agent.reports(ImageState.PRESENT, "nginx:1");
    controller.settle();

    controller.observeLists(list("apps"));
    controller.settle();
    agent.acknowledge();
    controller.observeLists(list("apps", "nginx:1"));
    controller.settle();

    assertThat(counts()).isEqualTo(new Counts(1, 0, 0, 1, 0, 0, 0, 0));
  }

  @Test
  void remembersAnImageThatIsBackBeforeItsAgentHasNoticed() {
    start("n1");
    controller.attach("n1").reports(ImageState.PRESENT, "nginx:1");
    controller.settle();

    controller.observeLists(list("apps"));
    controller.settle();
    controller.observeLists(list("apps", "nginx:1"));
    controller.settle();

    assertThat(counts()).isEqualTo(new Counts(1, 1, 0, 0, 0, 0, 0, 0));
  }

  @Test
  void publishesABurstOfReportsOnce() {
    start("n1");
    FakeAgent agent = controller.attach("n1");
    controller.settle();
    int before = controller.published.size();

    for (int report = 0; report < 100; report++) {
      agent.reports(ImageState.PULLING, "nginx:1");
    }
    controller.settle();

    assertThat(controller.published).hasSize(before + 1);
  }

  @Test
  void publishesNothingWhenNothingHappens() {
    start("n1");
    controller.attach("n1").reports(ImageState.PRESENT, "nginx:1");
    controller.settle();
    int before = controller.published.size();

    controller.loop.advance(Duration.ofDays(1));

    assertThat(controller.published).hasSize(before);
  }

  @Test
  void publishesWhatItAnswers() {
    start("n1");
    controller.attach("n1").reports(ImageState.PRESENT, "nginx:1");
    controller.settle();

    RolloutStatus published = controller.published.getLast();

    assertThat(published.images()).isEqualTo(controller.status().images());
    assertThat(published.nodes()).isEqualTo(new RolloutStatus.Nodes(1, 1, 1));
    assertThat(published.images().getFirst().digest()).isEqualTo(FakeAgent.DIGEST.value());
  }

  @Test
  void showsANodeWithItsRuntimeAndItsPlan() {
    start("n1");
    FakeAgent agent = controller.attach("n1");
    agent.reports(ImageState.PULLING, "nginx:1");
    controller.loop.run();
    agent.acknowledge();

    NodeStatus node = controller.node("n1").orElseThrow();

    assertThat(node.attached()).isTrue();
    assertThat(node.runtime()).isEqualTo("containerd 2.1.0");
    assertThat(node.acknowledged()).isEqualTo(node.revision());
    assertThat(node.images()).extracting(NodeStatus.Image::state).containsExactly("Pulling");
  }

  @Test
  void showsWhyAnAgentRefusedItsPlanUntilItTakesOne() {
    start("n1");
    FakeAgent agent = controller.attach("n1");
    controller.loop.run();

    agent.refuse("cannot be read");
    assertThat(controller.node("n1").map(NodeStatus::planError)).contains("cannot be read");

    agent.acknowledge();
    assertThat(controller.node("n1").map(NodeStatus::planError)).isEqualTo(Optional.empty());
  }

  @Test
  void knowsTheNodesOfTheClusterAndThoseThatAttached() {
    start("n1");
    controller.attach("stranger");

    assertThat(controller.nodeNames()).containsExactly("n1", "stranger");
    assertThat(controller.node("n1").map(NodeStatus::attached)).contains(false);
    assertThat(controller.node("nobody")).isEmpty();
  }
}
