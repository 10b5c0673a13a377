package dev.prepull.agent.puller;

import static dev.prepull.agent.puller.PullerFixture.APP;
import static dev.prepull.agent.puller.PullerFixture.NEW;
import static dev.prepull.agent.puller.PullerFixture.OLD;
import static dev.prepull.agent.puller.PullerFixture.WEB;
import static dev.prepull.agent.puller.PullerFixture.byDigest;
import static dev.prepull.agent.puller.PullerFixture.deleted;
import static dev.prepull.agent.puller.PullerFixture.entry;
import static dev.prepull.agent.puller.PullerFixture.pinnedAndDeleted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageState;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PullReason;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of images that leave the plan: nothing is deleted that is not this agent's. */
class RemovalTest {

  private final PullerFixture node = new PullerFixture();

  @Test
  void deletesWhatItPulled() {
    node.pulled(deleted(APP), OLD);

    node.planned(WEB);

    assertThat(node.held(APP)).isEmpty();
    assertThat(node.held(byDigest(APP, OLD))).isEmpty();
    assertThat(node.told.removed).containsExactly(APP);
  }

  @Test
  void keepsWhatThePlanWantedKept() {
    node.pulled(entry(APP), OLD);

    node.planned(WEB);

    assertThat(node.held(APP)).contains(OLD);
  }

  @Test
  void goesByThePlansLastWord() {
    node.pulled(entry(APP), OLD);
    node.planned(deleted(APP));

    node.planned(WEB);

    assertThat(node.held(APP)).isEmpty();
  }

  @Test
  void keepsWhatThePlanWantedKeptAtLast() {
    node.pulled(deleted(APP), OLD);
    node.planned(APP);

    node.planned(WEB);

    assertThat(node.held(APP)).contains(OLD);
  }

  @Test
  void keepsWhatTheNodeHeldBefore() {
    node.runtime.hold(APP, OLD);
    node.planned(deleted(APP));

    node.planned(WEB);

    assertThat(node.held(APP)).contains(OLD);
  }

  @Test
  void keepsWhatTheNodeHeldBeforeThoughItHasLookedSince() {
    node.runtime.push(APP, OLD);
    node.runtime.hold(APP, OLD);
    node.planned(deleted(APP));
    node.looked(APP);

    node.planned(WEB);

    assertThat(node.held(APP)).contains(OLD);
  }

  @Test
  void keepsWhatSomebodyElseHasPulledSince() {
    node.pulled(deleted(APP), OLD);
    node.runtime.pullByOther(APP);

    node.planned(WEB);

    assertThat(node.held(APP)).contains(OLD);
    assertThat(node.told.removed).isEmpty();
  }

  @Test
  void keepsWhatSomebodyElseHasPulledSinceThoughItHasLookedAgain() {
    node.pulled(deleted(APP), OLD);
    node.runtime.pullByOther(APP);
    node.looked(APP);

    node.planned(WEB);

    assertThat(node.held(APP)).contains(OLD);
  }

  @Test
  void keepsWhatSomebodyElseHasPutUnderTheName() {
    node.pulled(deleted(APP), OLD);
    node.runtime.hold(APP, NEW);

    node.planned(WEB);

    assertThat(node.held(APP)).contains(NEW);
  }

  @Test
  void keepsWhatSomebodyElsePullsAfterItHasBeenDeleted() {
    node.pulled(deleted(APP), OLD);
    node.planned(WEB);
    node.runtime.pullByOther(APP);

    node.polled();

    assertThat(node.held(APP)).contains(OLD);
  }

  @Test
  void keepsWhatAContainerUsesUntilItIsGone() {
    node.pulled(deleted(APP), OLD);
    node.runtime.useByContainer(APP);
    node.planned(WEB);
    assertThat(node.held(APP)).contains(OLD);
    node.runtime.removeContainers();

    node.polled();

    assertThat(node.held(APP)).isEmpty();
  }

  @Test
  void keepsTheOtherTagsOfTheImage() {
    ImageReference other = ImageReference.parse("registry.example/team/app:other");
    node.runtime.hold(other, OLD);
    node.pulled(deleted(APP), OLD);

    node.planned(WEB);

    assertThat(node.held(APP)).isEmpty();
    assertThat(node.held(other)).contains(OLD);
  }

  @Test
  void deletesAfterARestart() {
    node.pulled(deleted(APP), OLD);
    node.restartAgent();

    node.planned(WEB);

    assertThat(node.held(APP)).isEmpty();
  }

  @Test
  void keepsWhatSomebodyElsePulledWhileTheAgentWasAway() {
    node.pulled(deleted(APP), OLD);
    node.restartAgent();
    node.runtime.pullByOther(APP);

    node.planned(WEB);

    assertThat(node.held(APP)).contains(OLD);
  }

  @Test
  void deletesNothingBeforeItKnowsThePlan() {
    node.pulled(deleted(APP), OLD);
    node.restartAgent();

    node.puller.check();
    node.finishAll();

    assertThat(node.held(APP)).contains(OLD);
  }

  @Test
  void keepsWhatIsWantedAgainBeforeItsTurnHasCome() {
    node.pulled(deleted(APP), OLD);
    node.plan(entry(WEB));

    node.planned(deleted(APP));

    assertThat(node.held(APP)).contains(OLD);
    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
  }

  @Test
  void deletesWhatAPullBroughtForAPlanThatHasGone() {
    node.runtime.push(APP, OLD);
    node.planned(deleted(APP));
    node.looking(APP);
    node.puller.plan(NodePlan.of(List.of(entry(WEB))));
    node.threads.runOldest();

    node.finishAll();

    assertThat(node.held(APP)).isEmpty();
    assertThat(node.told.removed).containsExactly(APP);
  }

  @Test
  void deletesWhatItPinned() {
    node.pulled(pinnedAndDeleted(APP), OLD);

    node.planned(WEB);

    assertThat(node.held(APP)).isEmpty();
    assertThat(node.told.pinned).isZero();
  }

  @Test
  void unpinsAtOnceWhatAContainerStillUses() {
    node.pulled(pinnedAndDeleted(APP), OLD);
    node.runtime.useByContainer(APP);

    node.planned(WEB);

    assertThat(node.held(APP)).contains(OLD);
    assertThat(node.isPinned(APP)).isFalse();
  }

  @Test
  void deletesWhatItUnpinnedOnceNoContainerUsesIt() {
    node.pulled(pinnedAndDeleted(APP), OLD);
    node.runtime.useByContainer(APP);
    node.planned(WEB);
    node.runtime.removeContainers();

    node.polled();

    assertThat(node.held(APP)).isEmpty();
  }

  @Test
  void triesAgainAtThePollWhenTheRuntimeDoesNotAnswer() {
    node.pulled(deleted(APP), OLD);
    node.plan(entry(WEB));
    node.threads.runOldest();
    node.loop.run();
    node.runtime.down(true);
    node.finishAll();
    node.runtime.down(false);

    node.polled();

    assertThat(node.held(APP)).isEmpty();
  }

  @Test
  void doesNotPullAgainWhatItDeleted() {
    node.pulled(deleted(APP), OLD);
    node.planned(WEB);

    node.polled();

    assertThat(node.book.all()).hasSize(1);
    assertThat(node.runtime.pulls()).hasSize(1);
  }

  @Test
  void deletesWhatALockBroughtInPlaceOfItsOwn() {
    node.pulled(deleted(APP), OLD);
    node.runtime.push(APP, NEW);
    node.locked(APP, NEW);
    node.converged(APP);

    node.planned(WEB);

    assertThat(node.held(APP)).isEmpty();
  }

  @Test
  void keepsWhatItOnlyTriedToPull() {
    node.failing(APP, PullReason.REGISTRY_UNAVAILABLE);
    node.planned(deleted(APP));
    node.looked(APP);
    node.runtime.hold(APP, OLD);

    node.planned(WEB);

    assertThat(node.held(APP)).contains(OLD);
  }
}
