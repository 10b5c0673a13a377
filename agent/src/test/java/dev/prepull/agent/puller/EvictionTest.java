package dev.prepull.agent.puller;

import static dev.prepull.agent.puller.PullerFixture.APP;
import static dev.prepull.agent.puller.PullerFixture.NEW;
import static dev.prepull.agent.puller.PullerFixture.OLD;
import static dev.prepull.agent.puller.PullerFixture.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.ImageState;
import dev.prepull.model.PullReason;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What becomes of an image that something on the node takes away. */
class EvictionTest {

  private final PullerFixture node = new PullerFixture();

  @Test
  void tellsWhatWasTakenAwayAndWhatIsBack() {
    node.pulled(entry(APP), OLD);

    takenAway();
    node.converged(APP);

    assertThat(node.told.vanished).containsExactly(APP);
    assertThat(node.told.repaired).containsExactly(APP);
  }

  @Test
  void repairsNineTimesInARow() {
    node.pulled(entry(APP), OLD);

    takenAwayAndBack(8);
    takenAway();

    assertThat(node.state(APP)).isEqualTo(ImageState.WAITING);
  }

  @Test
  void backsOffTheTenthTimeInARow() {
    node.pulled(entry(APP), OLD);
    takenAwayAndBack(9);

    takenAway();

    assertThat(node.state(APP)).isEqualTo(ImageState.FAILED);
    assertThat(node.problem(APP).reason()).isEqualTo(PullReason.EVICTION_LOOP);
    assertThat(node.problem(APP).attempt()).isEqualTo(10);
    assertThat(node.problem(APP).message()).contains("10 times in a row", "10 minutes");
    assertThat(node.problem(APP).nextRetry()).isEqualTo(node.loop.now().plusSeconds(60));
  }

  @Test
  void asksForLeaveAgainAfterTheWait() {
    node.pulled(entry(APP), OLD);
    takenAwayAndBack(9);
    takenAway();

    node.after(Duration.ofMinutes(1));

    assertThat(node.state(APP)).isEqualTo(ImageState.WAITING);
  }

  @Test
  void waitsTwiceAsLongTheNextTime() {
    node.pulled(entry(APP), OLD);
    takenAwayAndBack(9);
    takenAway();
    node.after(Duration.ofMinutes(1));
    node.converged(APP);

    takenAway();

    assertThat(node.problem(APP).nextRetry()).isEqualTo(node.loop.now().plusSeconds(120));
  }

  @Test
  void beginsToCountAnewOnceTheImageHasStayed() {
    node.pulled(entry(APP), OLD);
    takenAwayAndBack(9);
    node.after(EvictionWatch.SOON);

    takenAway();

    assertThat(node.state(APP)).isEqualTo(ImageState.WAITING);
  }

  @Test
  void countsAnImageThatIsReplacedUnderItsName() {
    node.pulled(entry(APP), OLD);
    takenAwayAndBack(9);
    node.runtime.hold(APP, NEW);

    node.polled();

    assertThat(node.state(APP)).isEqualTo(ImageState.FAILED);
    assertThat(node.problem(APP).reason()).isEqualTo(PullReason.EVICTION_LOOP);
    assertThat(node.report(APP).digest()).isEqualTo(NEW);
  }

  @Test
  void isContentWithAnImageThatSomebodyElseBringsBack() {
    node.pulled(entry(APP), OLD);
    takenAwayAndBack(9);
    takenAway();
    node.runtime.hold(APP, OLD);

    node.puller.check();
    node.finishAll();

    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
    assertThat(node.told.repaired).hasSize(10);
  }

  private void takenAwayAndBack(int times) {
    for (int i = 0; i < times; i++) {
      takenAway();
      node.converged(APP);
    }
  }

  private void takenAway() {
    node.runtime.evict(APP);
    node.polled();
  }
}
