package dev.prepull.controller.reconcile;

import static dev.prepull.controller.reconcile.TestController.list;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When agents get plans, and when they do not. */
class PlanDeliveryTest {

  private final TestController controller = new TestController();

  @Test
  void sendsThePlanToAnAgentThatAttachesAndNoPermitBeforeItHasSpoken() {
    controller.observeLists(list("apps", "nginx:1", "alpine:3"));
    controller.observeNodes("n1");
    controller.settle();

    FakeAgent agent = controller.attach("n1");
    controller.loop.run();

    assertThat(agent.plans).containsExactly(List.of("alpine:3", "nginx:1"));
    assertThat(agent.permits).isEmpty();
  }

  @Test
  void sendsNothingBeforeBothListsAndNodesAreKnown() {
    FakeAgent agent = controller.attach("n1");
    controller.settle();
    assertThat(controller.reconciler.isReady()).isFalse();

    controller.observeLists(list("apps", "nginx:1"));
    controller.settle();
    assertThat(agent.plans).isEmpty();
    assertThat(controller.published).isEmpty();

    controller.observeNodes("n1");
    controller.settle();
    assertThat(agent.plans).containsExactly(List.of("nginx:1"));
    assertThat(controller.reconciler.isReady()).isTrue();
  }

  @Test
  void sendsNothingToAnAgentThatIsFasterThanItsNode() {
    controller.observeLists(list("apps", "nginx:1"));
    controller.observeNodes();
    controller.settle();

    controller.observeNodes("n1");
    FakeAgent agent = controller.attach("n1");
    controller.loop.run();
    assertThat(agent.plans).isEmpty();

    controller.settle();
    assertThat(agent.plans).containsExactly(List.of("nginx:1"));
  }

  @Test
  void leavesThePlanToAnAgentWhoseNodeIsGone() {
    controller.observeLists(list("apps", "nginx:1"));
    controller.observeNodes("n1");
    FakeAgent agent = controller.attach("n1");
    controller.settle();

    controller.observeNodes();
    controller.settle();

    assertThat(agent.plans).containsExactly(List.of("nginx:1"));
  }

  @Test
  void makesOnePlanOutOfABurstOfEdits() {
    controller.observeNodes("n1");
    FakeAgent agent = controller.attach("n1");

    for (int edit = 0; edit < 10; edit++) {
      controller.observeLists(list("apps", "nginx:" + edit));
      controller.loop.advance(Reconciler.DEBOUNCE.dividedBy(20));
    }
    controller.settle();

    assertThat(agent.plans).containsExactly(List.of("nginx:9"));
    assertThat(controller.plannings).containsExactly(1);
  }

  @Test
  void takesAnEditIntoAPlanWithinATenthOfASecond() {
    controller.observeLists(list("apps", "nginx:1"));
    controller.observeNodes("n1");
    FakeAgent agent = controller.attach("n1");
    controller.settle();

    controller.observeLists(list("apps", "nginx:2"));
    controller.loop.advance(Duration.ofMillis(100));

    assertThat(agent.plans).last().isEqualTo(List.of("nginx:2"));
  }

  @Test
  void sendsAPlanOnlyToThoseForWhomItHasChanged() {
    controller.observeLists(list("apps", "nginx:1"));
    controller.observeNodes("n1");
    FakeAgent agent = controller.attach("n1");
    controller.settle();

    controller.observeNodes("n1", "n2");
    controller.observeLists(list("apps", "# a comment", "nginx:1"));
    controller.settle();

    assertThat(agent.plans).hasSize(1);
    assertThat(controller.plannings).containsExactly(1, 0);
  }

  @Test
  void doesNotPlanForWhatItKnowsAlready() {
    controller.observeLists(list("apps", "nginx:1"));
    controller.observeNodes("n1");
    controller.settle();

    controller.observeLists(list("apps", "nginx:1"));
    controller.observeNodes("n1");
    controller.settle();

    assertThat(controller.plannings).hasSize(1);
  }

  @Test
  void sendsAnEmptyPlanWhenTheListIsGone() {
    controller.observeLists(list("apps", "nginx:1"), list("other", "redis:7"));
    controller.observeNodes("n1");
    FakeAgent agent = controller.attach("n1");
    controller.settle();

    controller.observeLists(list("other", "redis:7"));
    controller.settle();
    controller.observeLists();
    controller.settle();

    assertThat(agent.plans)
        .containsExactly(List.of("nginx:1", "redis:7"), List.of("redis:7"), List.of());
    assertThat(controller.status().images()).isEmpty();
  }

  @Test
  void sendsThePlanAgainToANewSessionAndLeavesTheOldOneAlone() {
    controller.observeLists(list("apps", "nginx:1"));
    controller.observeNodes("n1");
    FakeAgent older = controller.attach("n1");
    controller.settle();

    FakeAgent newer = controller.attach("n1");
    older.detach();
    controller.observeLists(list("apps", "nginx:2"));
    controller.settle();

    assertThat(older.plans).containsExactly(List.of("nginx:1"));
    assertThat(newer.plans).containsExactly(List.of("nginx:1"), List.of("nginx:2"));
    assertThat(controller.status().nodes().attached()).isEqualTo(1);
  }

  @Test
  void sendsNothingToASessionThatIsGone() {
    controller.observeLists(list("apps", "nginx:1"));
    controller.observeNodes("n1");
    FakeAgent agent = controller.attach("n1");
    controller.settle();

    agent.detach();
    controller.observeLists(list("apps", "nginx:2"));
    controller.settle();

    assertThat(agent.plans).hasSize(1);
  }
}
