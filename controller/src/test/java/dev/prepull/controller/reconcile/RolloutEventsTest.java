package dev.prepull.controller.reconcile;

import static dev.prepull.controller.reconcile.TestController.list;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.reconcile.ListEvents.Kind;
import dev.prepull.model.ImageState;
import dev.prepull.model.PullReason;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The end of a rollout, or its standstill, is told once. */
class RolloutEventsTest {

  private final TestController controller = new TestController();

  private FakeAgent rollOut(String... images) {
    controller.observeLists(list("apps", images));
    controller.observeNodes("n1");
    FakeAgent agent = controller.attach("n1");
    controller.settle();
    return agent;
  }

  private void reports(FakeAgent agent, ImageState state, String... images) {
    agent.reports(state, images);
    controller.settle();
  }

  private void fails(FakeAgent agent, String image) {
    agent.fails(image, PullReason.NOT_FOUND);
    controller.settle();
  }

  @Test
  void tellsOnceThatEveryNodeHoldsEveryImage() {
    FakeAgent agent = rollOut("nginx:1", "redis:7");

    reports(agent, ImageState.PULLING, "nginx:1", "redis:7");
    reports(agent, ImageState.PRESENT, "nginx:1");
    reports(agent, ImageState.PRESENT, "redis:7");
    reports(agent, ImageState.PRESENT, "redis:7");
    controller.loop.advance(Duration.ofHours(1));

    assertThat(controller.eventsOf(Kind.ROLLOUT_COMPLETE))
        .containsExactly(
            "apps RolloutComplete: Every targeted node holds every one of the 2 images");
  }

  @Test
  void tellsItAgainAfterAnEditHasBeenRolledOut() {
    FakeAgent agent = rollOut("nginx:1");
    reports(agent, ImageState.PRESENT, "nginx:1");

    controller.observeLists(list("apps", "nginx:2"));
    controller.settle();
    reports(agent, ImageState.PRESENT, "nginx:2");

    assertThat(controller.eventsOf(Kind.ROLLOUT_COMPLETE)).hasSize(2);
  }

  @Test
  void tellsItAgainOfAListThatWasDeletedAndMadeAnew() {
    FakeAgent agent = rollOut("nginx:1");
    fails(agent, "nginx:1");

    controller.observeLists();
    controller.settle();
    controller.observeLists(list("apps", "nginx:1"));
    controller.settle();
    fails(agent, "nginx:1");

    assertThat(controller.eventsOf(Kind.ROLLOUT_STALLED)).hasSize(2);
  }

  @Test
  void tellsNothingWhileNoNodeIsMeant() {
    controller.observeLists(list("apps", "nginx:1"));
    controller.observeNodes();
    controller.settle();

    assertThat(controller.eventsOf(Kind.ROLLOUT_COMPLETE)).isEmpty();
  }

  @Test
  void tellsNothingOfAnEmptyList() {
    rollOut();

    assertThat(controller.eventsOf(Kind.ROLLOUT_COMPLETE)).isEmpty();
  }

  @Test
  void tellsNothingWhileAnAgentIsAway() {
    FakeAgent agent = rollOut("nginx:1", "redis:7");
    fails(agent, "nginx:1");

    agent.detach();
    controller.settle();

    assertThat(controller.eventsOf(Kind.ROLLOUT_STALLED)).isEmpty();
  }

  @Test
  void tellsOnceThatItStandsStillHoweverOftenTheAgentTriesAgain() {
    FakeAgent agent = rollOut("nginx:1", "redis:7");
    reports(agent, ImageState.PRESENT, "redis:7");

    for (int attempt = 0; attempt < 5; attempt++) {
      fails(agent, "nginx:1");
      reports(agent, ImageState.PULLING, "nginx:1");
    }
    fails(agent, "nginx:1");

    assertThat(controller.eventsOf(Kind.ROLLOUT_STALLED))
        .containsExactly("apps RolloutStalled: nginx:1: NotFound on 1 of 1 nodes");
  }

  @Test
  void tellsAgainWhenAnotherImageStandsStill() {
    FakeAgent agent = rollOut("nginx:1");
    fails(agent, "nginx:1");

    controller.observeLists(list("apps", "nginx:2"));
    controller.settle();
    fails(agent, "nginx:2");

    assertThat(controller.eventsOf(Kind.ROLLOUT_STALLED))
        .containsExactly(
            "apps RolloutStalled: nginx:1: NotFound on 1 of 1 nodes",
            "apps RolloutStalled: nginx:2: NotFound on 1 of 1 nodes");
  }

  @Test
  void tellsTheEndOfAStandstill() {
    FakeAgent agent = rollOut("nginx:1");
    fails(agent, "nginx:1");

    reports(agent, ImageState.PRESENT, "nginx:1");

    assertThat(controller.eventsOf(Kind.ROLLOUT_COMPLETE)).hasSize(1);
  }

  @Test
  void namesFiveOfManyThatStandStill() {
    String[] images = {"a:1", "b:1", "c:1", "d:1", "e:1", "f:1", "g:1"};
    FakeAgent agent = rollOut(images);

    for (String image : images) {
      agent.fails(image, PullReason.UNAUTHORIZED);
    }
    controller.settle();

    assertThat(controller.eventsOf(Kind.ROLLOUT_STALLED))
        .singleElement()
        .asString()
        .endsWith("e:1: Unauthorized on 1 of 1 nodes; and 2 more");
  }

  @Test
  void tellsOfEachListByItself() {
    controller.observeLists(list("apps", "nginx:1"), list("other", "redis:7"));
    controller.observeNodes("n1");
    FakeAgent agent = controller.attach("n1");
    controller.settle();

    reports(agent, ImageState.PRESENT, "nginx:1");
    fails(agent, "redis:7");

    assertThat(controller.eventsOf(Kind.ROLLOUT_COMPLETE))
        .singleElement()
        .asString()
        .startsWith("apps ");
    assertThat(controller.eventsOf(Kind.ROLLOUT_STALLED))
        .singleElement()
        .asString()
        .startsWith("other ");
  }
}
