package dev.prepull.agent.puller;

import static dev.prepull.agent.puller.PullerFixture.APP;
import static dev.prepull.agent.puller.PullerFixture.DB;
import static dev.prepull.agent.puller.PullerFixture.OLD;
import static dev.prepull.agent.puller.PullerFixture.POLL;
import static dev.prepull.agent.puller.PullerFixture.WEB;
import static dev.prepull.agent.puller.PullerFixture.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.agent.runtime.FakeImageRuntime;
import dev.prepull.model.ImagePolicy;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.PullReason;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is pulled, in which order, how often, and when it is given up. */
class PullerTest {

  private final PullerFixture node = new PullerFixture();

  @Test
  void reportsWhatTheRuntimeHoldsWithoutPullingIt() {
    node.runtime.hold(APP, OLD);

    node.planned(APP);

    assertThat(node.report(APP)).isEqualTo(ImageReport.present(APP, OLD, 1_000));
    assertThat(node.runtime.pulls()).isEmpty();
  }

  @Test
  void pullsWhatIsMissingOnceItIsAllowed() {
    node.runtime.push(APP, OLD);
    node.planned(APP);

    long permit = node.looked(APP);

    assertThat(node.report(APP)).isEqualTo(ImageReport.present(APP, OLD, 1_000).withPermit(permit));
    assertThat(node.runtime.pulls()).containsExactly(APP);
  }

  @Test
  void keepsToItsNumberOfSlotsAndToThePlansOrder() {
    List.of(APP, WEB, DB).forEach(reference -> node.runtime.push(reference, OLD));
    node.planned(entry(APP, 0), entry(WEB, 0), entry(DB, 10));

    node.puller.permit(node.looks(APP, WEB, DB));
    node.loop.run();

    assertThat(node.state(DB)).isEqualTo(ImageState.PULLING);
    assertThat(node.state(APP)).isEqualTo(ImageState.PULLING);
    assertThat(node.state(WEB)).isEqualTo(ImageState.GRANTED);
    node.finishAll();
    assertThat(node.runtime.pulls()).containsExactly(DB, APP, WEB);
  }

  @Test
  void waitsForANewPermitWhenATransientFailureIsOver() {
    ImageReference dead = ImageReference.parse(FakeImageRuntime.DEAD_REGISTRY + "/team/app:1");
    node.planned(dead);

    node.looked(dead);

    assertThat(node.state(dead)).isEqualTo(ImageState.FAILED);
    assertThat(node.problem(dead).reason()).isEqualTo(PullReason.REGISTRY_UNAVAILABLE);
    assertThat(node.problem(dead).attempt()).isEqualTo(1);
    assertThat(node.problem(dead).message()).contains(dead.written(), "connection refused");
    assertThat(node.problem(dead).nextRetry())
        .isBetween(node.loop.now().plusSeconds(1), node.loop.now().plusSeconds(2));
    node.after(Duration.ofSeconds(2));
    assertThat(node.state(dead)).isEqualTo(ImageState.WAITING);
    node.looked(dead);
    assertThat(node.problem(dead).attempt()).isEqualTo(2);
  }

  @Test
  void triesSlowlyWhatTheRegistryDoesNotHave() {
    node.planned(APP);

    node.looked(APP);

    assertThat(node.problem(APP).reason()).isEqualTo(PullReason.NOT_FOUND);
    assertThat(node.problem(APP).nextRetry()).isAfterOrEqualTo(node.loop.now().plusSeconds(15));
  }

  @Test
  void isNotHeldUpByAnImageThatFails() {
    node.runtime.push(WEB, OLD);
    node.planned(APP, WEB);

    node.looked(APP);
    node.looked(WEB);

    assertThat(node.state(APP)).isEqualTo(ImageState.FAILED);
    assertThat(node.state(WEB)).isEqualTo(ImageState.PRESENT);
  }

  @Test
  void cancelsThePullOfAnImageThatLeavesThePlan() {
    node.runtime.push(APP, OLD);
    node.planned(APP);
    node.looking(APP);

    node.planned(WEB);

    assertThat(node.runtime.pulls()).isEmpty();
    assertThat(node.book.all()).extracting(ImageReport::reference).containsExactly(WEB);
  }

  @Test
  void keepsAPullThatIsStillWantedWhenThePlanChanges() {
    node.runtime.push(APP, OLD);
    node.planned(APP);
    node.looking(APP);

    node.planned(entry(APP, 7), entry(WEB, 0));

    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
    assertThat(node.runtime.pulls()).containsExactly(APP);
  }

  @Test
  void givesASlotBackOnlyWhenTheCancelledCallHasEnded() {
    List.of(APP, WEB, DB).forEach(reference -> node.runtime.push(reference, OLD));
    node.planned(APP, WEB);
    node.looking(APP);
    node.looking(WEB);

    node.plan(entry(DB));
    node.threads.runNewest();
    node.looking(DB);
    assertThat(node.state(DB)).isEqualTo(ImageState.GRANTED);
    node.threads.runOldest();
    node.loop.run();
    assertThat(node.state(DB)).isEqualTo(ImageState.PULLING);
    node.finishAll();

    assertThat(node.state(DB)).isEqualTo(ImageState.PRESENT);
    assertThat(node.runtime.pulls()).containsExactly(DB);
  }

  @Test
  void endsAPullThatShowsNoProgress() {
    node.runtime.push(APP, OLD);
    node.planned(APP);
    node.looking(APP);

    node.after(ImagePolicy.DEFAULT.pullTimeout().plusSeconds(1));

    assertThat(node.state(APP)).isEqualTo(ImageState.FAILED);
    assertThat(node.problem(APP).reason()).isEqualTo(PullReason.TIMEOUT);
    assertThat(node.problem(APP).message()).contains("30m");
  }

  @Test
  void noticesAtThePollWhatDisappears() {
    node.runtime.push(APP, OLD);
    node.planned(APP);
    node.looked(APP);
    node.runtime.evict(APP);

    node.after(POLL);

    assertThat(node.state(APP)).isEqualTo(ImageState.WAITING);
  }

  @Test
  void noticesAnImageThatSomebodyElsePullsDuringBackOff() {
    node.planned(APP);
    node.looked(APP);
    node.runtime.hold(APP, OLD);

    node.puller.check();
    node.finishAll();

    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
  }

  @Test
  void keepsAskingARuntimeThatDoesNotAnswer() {
    node.runtime.hold(APP, OLD);
    node.runtime.down(true);
    node.planned(APP);
    assertThat(node.book.all()).isEmpty();
    node.runtime.down(false);

    node.after(Duration.ofSeconds(2));

    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
  }

  @Test
  void forgetsThePlanWhenClosed() {
    node.runtime.push(APP, OLD);
    node.planned(APP);
    node.looking(APP);

    node.puller.close();
    node.finishAll();

    assertThat(node.runtime.pulls()).isEmpty();
  }
}
