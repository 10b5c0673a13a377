package dev.prepull.agent.puller;

import static dev.prepull.agent.puller.PullerFixture.APP;
import static dev.prepull.agent.puller.PullerFixture.NEW;
import static dev.prepull.agent.puller.PullerFixture.OLD;
import static dev.prepull.agent.puller.PullerFixture.WEB;
import static dev.prepull.agent.puller.PullerFixture.deleted;
import static dev.prepull.agent.puller.PullerFixture.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.ImageState;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the node learns from its runtime between two polls. */
class RuntimeEventsTest {

  private final PullerFixture node = new PullerFixture();

  @AfterEach
  void theRuntimeEnds() {
    node.runtime.close();
  }

  @Test
  void noticesAtOnceWhatDisappears() {
    node.pulled(entry(APP), OLD);
    followed();

    node.runtime.evict(APP);
    node.after(RuntimeEvents.QUIET);

    assertThat(node.state(APP)).isEqualTo(ImageState.WAITING);
  }

  @Test
  void noticesAtOnceWhatIsReplaced() {
    node.pulled(entry(APP), OLD);
    followed();

    node.runtime.hold(APP, NEW);
    node.after(RuntimeEvents.QUIET);

    assertThat(node.state(APP)).isEqualTo(ImageState.DRIFTED);
  }

  @Test
  void repairsAtOnceWhileTheControllerIsAway() {
    node.pulled(entry(APP), OLD);
    followed();
    node.attached(false);

    node.runtime.evict(APP);
    node.after(RuntimeEvents.QUIET);

    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
  }

  @Test
  void asksWhenAnEventNamesAnImageByItsIdOnlyAsDockersUntagDoes() {
    node.pulled(entry(APP), OLD);
    followed();

    node.runtime.tell("sha256:" + "1d".repeat(32));
    node.loop.advance(RuntimeEvents.QUIET);

    assertThat(node.threads.underWay()).isEqualTo(1);
  }

  @Test
  void asksOnceForManyEventsThatComeTogether() {
    node.runtime.hold(APP, OLD);
    node.runtime.hold(WEB, NEW);
    node.planned(APP, WEB);
    followed();

    node.runtime.evict(APP);
    node.runtime.evict(WEB);
    node.loop.run();
    node.loop.advance(RuntimeEvents.QUIET);

    assertThat(node.threads.underWay()).isEqualTo(1);
  }

  @Test
  void asksNothingForAnImageThatIsNotPlanned() {
    node.planned(APP);
    followed();

    node.runtime.hold(WEB, OLD);
    node.loop.advance(RuntimeEvents.QUIET);

    assertThat(node.threads.underWay()).isZero();
  }

  @Test
  void asksNothingForWhatItsOwnPullDoes() {
    node.runtime.push(APP, OLD);
    node.planned(APP);
    node.locked(APP, OLD);
    followed();
    node.converging(APP);
    node.runtime.midway(() -> node.runtime.hold(APP, NEW));

    node.threads.runOldest();
    node.runtime.midway(() -> {});

    assertThat(node.threads.underWay()).isZero();
  }

  @Test
  void asksWhatTheNodeHoldsOnceTheStreamStands() {
    node.pulled(entry(APP), OLD);
    node.runtime.evict(APP);

    followed();

    assertThat(node.state(APP)).isEqualTo(ImageState.WAITING);
  }

  @Test
  void followsTheRuntimeAgainAfterItsRestart() throws Exception {
    node.pulled(entry(APP), OLD);
    Thread stream = followed();
    node.runtime.down(true);
    stream.join();
    node.runtime.down(false);
    node.loop.run();
    node.loop.advance(Duration.ofSeconds(1));
    streamStands();

    node.runtime.evict(APP);
    node.after(RuntimeEvents.QUIET);

    assertThat(node.state(APP)).isEqualTo(ImageState.WAITING);
  }

  @Test
  void asksForAStreamLessAndLessOften() {
    node.runtime.eventsSupported(false);
    node.puller.followEvents();
    node.finishAll();

    int early = streamsAskedFor(Duration.ofSeconds(63));
    int late = streamsAskedFor(Duration.ofMinutes(5));

    assertThat(early).isEqualTo(6);
    assertThat(late).isEqualTo(5);
  }

  @Test
  void doesNotAskForWhatItHasBeenToldBeforeTheStreamEnded() throws Exception {
    Thread stream = followed();
    node.runtime.hold(WEB, OLD);
    node.loop.run();
    Instant told = node.loop.now();
    node.runtime.down(true);
    stream.join();
    node.runtime.down(false);
    node.loop.run();

    node.loop.advance(Duration.ofSeconds(1));
    streamStands();

    assertThat(node.runtime.watchedSince()).isEqualTo(told.plusNanos(1));
  }

  @Test
  void followsNothingOnceItIsClosed() {
    node.runtime.eventsSupported(false);
    node.puller.followEvents();
    node.finishAll();

    node.puller.close();

    assertThat(streamsAskedFor(Duration.ofMinutes(5))).isZero();
  }

  @Test
  void keepsWhatSomebodyElsePulledWhereTheRuntimeHasNoStamps() {
    node.runtime.stampsSupported(false);
    followed();
    node.pulled(deleted(APP), OLD);
    node.after(Duration.ofSeconds(3));
    node.runtime.pullByOther(APP);
    node.loop.run();

    node.planned(WEB);

    assertThat(node.held(APP)).contains(OLD);
  }

  @Test
  void doesNotTakeItsOwnPullForSomebodyElses() {
    node.runtime.stampsSupported(false);
    followed();
    node.pulled(deleted(APP), OLD);

    node.planned(WEB);

    assertThat(node.held(APP)).isEmpty();
  }

  /** Follows the runtime's events on the returned thread, and settles. */
  private Thread followed() {
    node.puller.followEvents();
    node.loop.run();
    return streamStands();
  }

  private Thread streamStands() {
    Thread stream = node.threads.runNewestAside();
    node.after(RuntimeEvents.QUIET);
    return stream;
  }

  /** How many calls begin in that time; the runtime has no stream, so that each ends at once. */
  private int streamsAskedFor(Duration time) {
    int asked = 0;
    for (long second = 0; second < time.toSeconds(); second++) {
      node.loop.advance(Duration.ofSeconds(1));
      asked += node.threads.underWay();
      node.finishAll();
    }
    return asked;
  }
}
