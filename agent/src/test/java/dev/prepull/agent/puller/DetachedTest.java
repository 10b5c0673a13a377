package dev.prepull.agent.puller;

import static dev.prepull.agent.puller.PullerFixture.APP;
import static dev.prepull.agent.puller.PullerFixture.DB;
import static dev.prepull.agent.puller.PullerFixture.NEW;
import static dev.prepull.agent.puller.PullerFixture.OLD;
import static dev.prepull.agent.puller.PullerFixture.WEB;
import static dev.prepull.agent.puller.PullerFixture.byDigest;
import static dev.prepull.agent.puller.PullerFixture.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.PullReason;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the node does by itself while there is no controller to give leave. */
class DetachedTest {

  private final PullerFixture node = new PullerFixture();

  @Test
  void usesThePermitsThatItHolds() {
    List.of(APP, WEB, DB).forEach(reference -> node.runtime.push(reference, OLD));
    node.planned(APP, WEB, DB);
    node.puller.permit(node.looks(APP, WEB, DB));

    node.attached(false);
    node.finishAll();

    assertThat(node.book.all())
        .extracting(ImageReport::state)
        .containsOnly(ImageState.PRESENT)
        .hasSize(3);
  }

  @Test
  void keepsThePermitOfAFailedPullForTheNextAttempt() {
    node.runtime.push(APP, OLD);
    node.failing(APP, PullReason.REGISTRY_UNAVAILABLE);
    node.planned(APP);
    node.looking(APP);
    node.attached(false);
    node.finishAll();
    node.runtime.heal();

    node.after(Duration.ofSeconds(2));

    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
    assertThat(node.runtime.pulls()).hasSize(2);
  }

  @Test
  void doesNotTellThatAPermitHasEndedWhichItKeeps() {
    node.failing(APP, PullReason.REGISTRY_UNAVAILABLE);
    node.planned(APP);
    long kept = node.looking(APP);
    node.attached(false);

    node.finishAll();

    assertThat(node.state(APP)).isEqualTo(ImageState.FAILED);
    assertThat(node.hasEnded(kept)).isFalse();
  }

  @Test
  void tellsThatAPermitHasEndedOnceItNoLongerKeepsIt() {
    node.failing(APP, PullReason.REGISTRY_UNAVAILABLE);
    node.planned(APP);
    long kept = node.looking(APP);
    node.attached(false);
    node.finishAll();

    node.attached(true);

    assertThat(node.end(kept).state()).isEqualTo(ImageState.FAILED);
  }

  @Test
  void repairsWhatWasPresentWithoutLeave() {
    node.pulled(entry(APP), OLD);
    node.attached(false);
    node.runtime.evict(APP);

    node.polled();

    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
    assertThat(node.held(APP)).contains(OLD);
  }

  @Test
  void repairsWhatSomebodyElseReplaced() {
    node.pulled(entry(APP), OLD);
    node.attached(false);
    node.runtime.hold(APP, NEW);

    node.polled();

    assertThat(node.held(APP)).contains(OLD);
  }

  @Test
  void repairsByWhatItHeldLastWhenThereIsNoLock() {
    node.runtime.push(APP, OLD);
    node.runtime.push(APP, NEW);
    node.runtime.hold(APP, OLD);
    node.planned(APP);
    node.attached(false);
    node.runtime.evict(APP);

    node.polled();

    assertThat(node.held(APP)).contains(OLD);
    assertThat(node.runtime.asked()).containsExactly(byDigest(APP, OLD));
  }

  @Test
  void waitsWithWhatItNeverHeld() {
    node.runtime.push(APP, OLD);
    node.planned(APP);
    node.locked(APP, OLD);

    node.attached(false);
    node.polled();

    assertThat(node.state(APP)).isEqualTo(ImageState.WAITING);
    assertThat(node.runtime.asked()).isEmpty();
  }

  @Test
  void waitsWithALockThatHasMoved() {
    node.pulled(entry(APP), OLD);
    node.runtime.push(APP, NEW);
    node.locked(APP, NEW);

    node.attached(false);
    node.polled();

    assertThat(node.state(APP)).isEqualTo(ImageState.DRIFTED);
    assertThat(node.held(APP)).contains(OLD);
  }

  @Test
  void asksForLeaveAgainOnceTheControllerIsBack() {
    node.pulled(entry(APP), OLD);
    node.failing(APP, OLD, PullReason.REGISTRY_UNAVAILABLE);
    node.attached(false);
    node.runtime.evict(APP);
    node.polled();
    node.runtime.heal();

    node.attached(true);
    node.after(Duration.ofSeconds(2));

    assertThat(node.state(APP)).isEqualTo(ImageState.WAITING);
  }

  @Test
  void givesBackThePermitThatItKeptOnceTheControllerIsBack() {
    node.failing(APP, PullReason.REGISTRY_UNAVAILABLE);
    node.planned(APP);
    long kept = node.looking(APP);
    node.attached(false);
    node.finishAll();

    node.attached(true);
    node.after(Duration.ofSeconds(2));

    assertThat(node.report(APP))
        .isEqualTo(ImageReport.of(APP, ImageState.WAITING).withPermit(kept));
    assertThat(node.runtime.asked()).hasSize(1);
  }
}
