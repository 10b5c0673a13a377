package dev.prepull.agent.puller;

import static dev.prepull.agent.puller.PullerFixture.APP;
import static dev.prepull.agent.puller.PullerFixture.NEW;
import static dev.prepull.agent.puller.PullerFixture.OLD;
import static dev.prepull.agent.puller.PullerFixture.WEB;
import static dev.prepull.agent.puller.PullerFixture.entry;
import static dev.prepull.agent.puller.PullerFixture.pinned;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.ImageState;
import dev.prepull.model.PullReason;
import org.junit.jupiter.api.Test;

/** Which images are kept from the kubelet's garbage collection. */
class PinTest {

  private final PullerFixture node = new PullerFixture();

  @Test
  void pinsWhatItHasPulled() {
    node.pulled(pinned(APP), OLD);

    assertThat(node.isPinned(APP)).isTrue();
    assertThat(node.told.pinned).isEqualTo(1);
  }

  @Test
  void pinsWhatTheNodeHeldAlready() {
    node.runtime.hold(APP, OLD);

    node.planned(pinned(APP));

    assertThat(node.isPinned(APP)).isTrue();
  }

  @Test
  void pinsNothingThatHasDrifted() {
    node.runtime.hold(APP, OLD);
    node.plan(pinned(APP));
    node.locked(APP, NEW);

    node.finishAll();

    assertThat(node.state(APP)).isEqualTo(ImageState.DRIFTED);
    assertThat(node.isPinned(APP)).isFalse();
  }

  @Test
  void pinsNothingUnasked() {
    node.pulled(entry(APP), OLD);

    assertThat(node.isPinned(APP)).isFalse();
  }

  @Test
  void pinsAgainAtThePollWhatSomebodyElsesPullHasUnpinned() {
    node.pulled(pinned(APP), OLD);
    node.runtime.pullByOther(APP);

    node.polled();

    assertThat(node.isPinned(APP)).isTrue();
  }

  @Test
  void pinsWhatALockBrings() {
    node.pulled(pinned(APP), OLD);
    node.runtime.push(APP, NEW);
    node.locked(APP, NEW);

    node.converged(APP);

    assertThat(node.held(APP)).contains(NEW);
    assertThat(node.isPinned(APP)).isTrue();
  }

  @Test
  void takesItsPinAwayWhenTheEntryNoLongerAsksForIt() {
    node.pulled(pinned(APP), OLD);

    node.planned(APP);

    assertThat(node.isPinned(APP)).isFalse();
    assertThat(node.told.pinned).isZero();
  }

  @Test
  void takesItsPinAwayWhenTheEntryGoes() {
    node.pulled(pinned(APP), OLD);

    node.planned(WEB);

    assertThat(node.isPinned(APP)).isFalse();
    assertThat(node.held(APP)).contains(OLD);
    assertThat(node.told.pinned).isZero();
  }

  @Test
  void takesItsPinAwayAfterARestart() {
    node.pulled(pinned(APP), OLD);
    node.restartAgent();

    node.planned(WEB);

    assertThat(node.isPinned(APP)).isFalse();
  }

  @Test
  void knowsItsPinsAfterARestart() {
    node.pulled(pinned(APP), OLD);
    node.told.pinned = 0;

    node.restartAgent();

    assertThat(node.told.pinned).isEqualTo(1);
  }

  @Test
  void leavesThePinThatSomebodyElseHasSet() throws Exception {
    node.pulled(entry(APP), OLD);
    node.runtime.pin(APP, true);

    node.planned(entry(APP), entry(WEB));
    node.planned(WEB);

    assertThat(node.isPinned(APP)).isTrue();
  }

  @Test
  void saysThatTheRuntimeCannotPin() {
    node.runtime.pinSupported(false);

    node.pulled(pinned(APP), OLD);

    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
    assertThat(node.problem(APP).reason()).isEqualTo(PullReason.PIN_UNSUPPORTED);
    assertThat(node.problem(APP).message()).contains(APP.written(), "pin");
  }

  @Test
  void saysNothingOfPinsOnceTheEntryNoLongerAsksForOne() {
    node.runtime.pinSupported(false);
    node.pulled(pinned(APP), OLD);

    node.planned(APP);

    assertThat(node.report(APP).problem()).isNull();
  }

  @Test
  void triesAgainAtThePollWhatTheRuntimeDidNotAnswer() {
    node.runtime.hold(APP, OLD);
    node.plan(pinned(APP));
    node.threads.runOldest();
    node.loop.run();
    node.runtime.down(true);
    node.finishAll();
    node.runtime.down(false);

    node.polled();

    assertThat(node.isPinned(APP)).isTrue();
  }
}
