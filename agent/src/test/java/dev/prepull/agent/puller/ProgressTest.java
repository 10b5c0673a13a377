package dev.prepull.agent.puller;

import static dev.prepull.agent.puller.PullerFixture.APP;
import static dev.prepull.agent.puller.PullerFixture.OLD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.ImagePolicy;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.PullProgress;
import dev.prepull.model.PullReason;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is told of a pull while it runs. */
class ProgressTest {

  private final PullerFixture node = new PullerFixture();

  @BeforeEach
  void theRegistryHasTheImage() {
    node.runtime.push(APP, OLD);
    node.planned(APP);
  }

  @Test
  void tellsTheBytesThatHaveComeTwiceASecond() {
    Instant began = node.loop.now();
    node.runtime.midway(() -> node.loop.advance(Duration.ofMillis(500)));

    long permit = node.looked(APP);

    assertThat(node.told.reports)
        .contains(ImageReport.pulling(APP, new PullProgress(500, 1_000), began).withPermit(permit));
  }

  @Test
  void tellsNothingNewWhileNothingMoves() {
    node.runtime.midway(() -> node.loop.advance(Duration.ofSeconds(10)));

    node.looked(APP);

    assertThat(node.told.reports)
        .filteredOn(report -> report.state() == ImageState.PULLING)
        .extracting(ImageReport::progress)
        .containsExactly(PullProgress.UNKNOWN, new PullProgress(500, 1_000));
  }

  @Test
  void countsTheTimeoutFromTheLastMovement() {
    Duration timeout = ImagePolicy.DEFAULT.pullTimeout();
    node.looking(APP);
    node.loop.advance(timeout.minusSeconds(1));
    node.runtime.midway(() -> node.loop.advance(timeout.minusSeconds(1)));

    node.finishAll();

    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
  }

  @Test
  void endsAPullThatStopsMovingHalfWay() {
    Duration timeout = ImagePolicy.DEFAULT.pullTimeout();
    node.runtime.midway(() -> node.loop.advance(timeout.plusSeconds(1)));

    node.looked(APP);

    assertThat(node.problem(APP).reason()).isEqualTo(PullReason.TIMEOUT);
    assertThat(node.held(APP)).isEmpty();
  }

  @Test
  void givesAnImageMoreTimeAfterEachTimeout() {
    Duration timeout = ImagePolicy.DEFAULT.pullTimeout();
    node.runtime.midway(() -> node.loop.advance(timeout.plusSeconds(1)));
    node.looked(APP);
    node.loop.advance(Duration.ofMinutes(1));

    node.looked(APP);

    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
  }
}
