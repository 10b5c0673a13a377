package dev.prepull.controller.reconcile;

import static dev.prepull.controller.reconcile.TestController.list;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.plan.DigestLock;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How locks and permits come to the agents, and what of them outlives the controller. */
class RolloutDeliveryTest {

  private static final ImageReference NGINX = ImageReference.parse("nginx:1");
  private static final ImageDigest OTHER = new ImageDigest("sha256:" + "2".repeat(64));
  private static final DigestLock KNOWN =
      new DigestLock(NGINX, FakeAgent.DIGEST, Instant.EPOCH, "n9", Instant.EPOCH);

  private final TestController controller = new TestController();

  private void start(TestController fresh, String... nodes) {
    fresh.observeLists(list("apps", "nginx:1"));
    fresh.observeNodes(nodes);
    fresh.settle();
  }

  @Test
  void sendsKnownLocksTogetherWithThePlan() {
    TestController heir = new TestController(List.of(KNOWN));
    start(heir, "n1");

    FakeAgent agent = heir.attach("n1");
    heir.loop.run();

    assertThat(agent.locks).isEqualTo(Map.of("nginx:1", FakeAgent.DIGEST));
  }

  @Test
  void sendsANewLockOnlyToAgentsWhosePlanHasTheImage() {
    controller.observeLists(list("apps", "nginx:1"));
    controller.observeNodes("n1", "n2");
    FakeAgent first = controller.attach("n1");
    FakeAgent second = controller.attach("n2");
    FakeAgent stranger = controller.attach("n3");
    controller.settle();

    first.reports(ImageState.PRESENT, "nginx:1");
    second.reports(ImageState.PRESENT, "nginx:1");
    controller.loop.advance(Dispatcher.PAUSE);

    assertThat(first.locks).containsKey("nginx:1");
    assertThat(second.locks).containsKey("nginx:1");
    assertThat(stranger.locks).isEmpty();
  }

  @Test
  void permitsAWaitingNodeWithinMilliseconds() {
    start(controller, "n1");
    FakeAgent agent = controller.attach("n1");

    agent.reports(ImageState.WAITING, "nginx:1");
    controller.loop.advance(Dispatcher.PAUSE);

    assertThat(agent.permitted()).containsExactly("LOOK nginx:1");
  }

  @Test
  void looksOnceAtManyThingsThatHappenTogether() {
    controller.observeLists(list("apps", "nginx:1", "redis:7", "alpine:3"));
    controller.observeNodes("n1");
    controller.settle();
    FakeAgent agent = controller.attach("n1");

    agent.reports(ImageState.WAITING, "nginx:1", "redis:7", "alpine:3");
    controller.loop.run();
    assertThat(agent.permits).isEmpty();

    controller.loop.advance(Dispatcher.PAUSE);
    assertThat(agent.permitted()).containsExactly("LOOK alpine:3", "LOOK nginx:1", "LOOK redis:7");
  }

  @Test
  void takesInWhatAnAgentSaidBeforeItsNodeWasPlannedFor() {
    FakeAgent agent = controller.attach("n1");
    agent.reports(ImageState.PRESENT, "nginx:1");
    controller.loop.run();

    start(controller, "n1");

    assertThat(agent.locks).isEqualTo(Map.of("nginx:1", FakeAgent.DIGEST));
  }

  @Test
  void givesAllLocksToWhoeverKeepsThem() {
    start(controller, "n1");
    FakeAgent agent = controller.attach("n1");

    agent.reports(ImageState.PRESENT, "nginx:1");
    controller.settle();

    assertThat(controller.kept).extracting(DigestLock::digest).containsExactly(FakeAgent.DIGEST);
  }

  @Test
  void losesNoLockWhileOfSomeListNoGoodVersionIsKnown() {
    TestController heir = new TestController(List.of(KNOWN));
    heir.observeLists(list("apps", "Oops"), list("other", "redis:7"));
    heir.observeNodes("n1");
    FakeAgent agent = heir.attach("n1");
    heir.settle();
    agent.reports(ImageState.WAITING, "nginx:1", "redis:7");
    heir.settle();
    assertThat(heir.kept).containsExactly(KNOWN);
    assertThat(agent.permits).isEmpty();

    heir.observeLists(list("apps", "nginx:1"), list("other", "redis:7"));
    heir.settle();

    assertThat(agent.locks).containsEntry("nginx:1", FakeAgent.DIGEST);
    assertThat(agent.permitted()).contains("CONVERGE nginx:1");
  }

  @Test
  void goesOnWithWhatWasPlannedWhileABadListIsAdded() {
    start(controller, "n1");
    FakeAgent agent = controller.attach("n1");
    agent.reports(ImageState.PRESENT, "nginx:1");
    controller.settle();

    controller.observeLists(list("apps", "nginx:1"), list("bad", "Oops"));
    controller.settle();
    agent.reports(ImageState.WAITING, "nginx:1");
    controller.settle();

    assertThat(agent.permitted()).containsExactly("CONVERGE nginx:1");
  }

  @Test
  void doesNotListenToAnOlderSessionOfTheNode() {
    start(controller, "n1");
    FakeAgent older = controller.attach("n1");
    FakeAgent newer = controller.attach("n1");

    older.reports(ImageState.PRESENT, "nginx:1");
    controller.settle();
    assertThat(controller.kept).isEmpty();

    newer.reports(ImageState.WAITING, "nginx:1");
    controller.settle();
    older.detach();
    controller.settle();
    assertThat(newer.permitted()).containsExactly("LOOK nginx:1");
    assertThat(older.permits).isEmpty();
  }

  @Test
  void givesNothingToAnAgentThatRefusesItsPlan() {
    start(controller, "n1");
    FakeAgent agent = controller.attach("n1");
    controller.loop.run();

    agent.refuse("cannot be read");
    agent.reports(ImageState.WAITING, "nginx:1");
    controller.loop.advance(Duration.ofMinutes(1));

    assertThat(agent.permits).isEmpty();
  }

  @Test
  void showsANodeThatHoldsSomethingElseThanTheLockAsDrifted() {
    TestController heir = new TestController(List.of(KNOWN));
    start(heir, "n1");
    FakeAgent agent = heir.attach("n1");

    agent.says(ImageReport.present(NGINX, OTHER, 1));
    heir.settle();

    assertThat(heir.status().images().getFirst().digest()).isEqualTo(FakeAgent.DIGEST.value());
    assertThat(heir.status().images().getFirst().identical()).isFalse();
    assertThat(heir.status().images().getFirst().nodes().drifted()).isEqualTo(1);
  }
}
