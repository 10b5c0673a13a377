package dev.prepull.agent.puller;

import static dev.prepull.agent.puller.PullerFixture.APP;
import static dev.prepull.agent.puller.PullerFixture.DB;
import static dev.prepull.agent.puller.PullerFixture.NEW;
import static dev.prepull.agent.puller.PullerFixture.OLD;
import static dev.prepull.agent.puller.PullerFixture.WEB;
import static dev.prepull.agent.puller.PullerFixture.blob;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.PullReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is pulled while the disk fills up: 500 of 1000 MiB are free at first. */
class DiskPressureTest {

  private static final long MIB = 1 << 20;
  private static final ImageBlob LARGE = blob('1', 200 * MIB);
  private static final ImageBlob SMALL = blob('2', 100 * MIB);
  private static final ImageBlob OTHER = blob('3', 100 * MIB);

  private final PullerFixture node = new PullerFixture();

  @BeforeEach
  void halfOfTheDiskIsFree() {
    free(500);
    node.runtime.push(APP, OLD);
    node.runtime.consist(OLD, List.of(LARGE));
    node.runtime.push(WEB, NEW);
    node.runtime.consist(NEW, List.of(SMALL));
  }

  @Test
  void doesNotAskTheRegistryForWhatIsKnownNotToFit() {
    node.planned(APP);
    node.locked(APP, OLD);

    long permit = node.converged(APP, LARGE);

    assertThat(node.end(permit).state()).isEqualTo(ImageState.BLOCKED);
    assertThat(node.problem(APP).reason()).isEqualTo(PullReason.DISK_PRESSURE);
    assertThat(node.problem(APP).message())
        .contains(
            APP.written(),
            "200.0 MiB to fetch take 400.0 MiB on disk",
            "500.0 MiB are free",
            "90%");
    assertThat(node.runtime.asked()).isEmpty();
  }

  @Test
  void endsAPullAsSoonAsItShowsThatItDoesNotFit() {
    node.planned(APP);

    long permit = node.looked(APP);

    assertThat(node.end(permit).state()).isEqualTo(ImageState.BLOCKED);
    assertThat(node.held(APP)).isEmpty();
  }

  @Test
  void goesOnWithASmallerImage() {
    node.planned(APP, WEB);
    node.looked(APP);

    node.looked(WEB);

    assertThat(node.state(APP)).isEqualTo(ImageState.BLOCKED);
    assertThat(node.state(WEB)).isEqualTo(ImageState.PRESENT);
  }

  @Test
  void countsOnlyWhatTheNodeDoesNotHaveYet() {
    node.runtime.consist(OLD, List.of(LARGE, SMALL));
    node.runtime.consist(NEW, List.of(LARGE));
    node.runtime.hold(WEB, NEW);
    node.planned(APP);
    node.locked(APP, OLD);

    node.converged(APP, LARGE, SMALL);

    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
  }

  @Test
  void staysBlockedAtThePollWhileThereIsNoRoom() {
    node.planned(APP);
    node.looked(APP);
    free(450);

    node.polled();

    assertThat(node.state(APP)).isEqualTo(ImageState.BLOCKED);
    assertThat(node.problem(APP).message()).contains("450.0 MiB are free");
  }

  @Test
  void asksForLeaveAgainAtThePollOnceThereIsRoom() {
    node.planned(APP);
    node.looked(APP);
    free(900);

    node.polled();

    assertThat(node.state(APP)).isEqualTo(ImageState.WAITING);
  }

  @Test
  void isContentWithABlockedImageThatSomebodyElsePulls() {
    node.planned(APP);
    node.looked(APP);
    node.runtime.hold(APP, OLD);

    node.polled();

    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
  }

  @Test
  void letsAPullWaitThatOnlyAnotherOneLeavesNoRoom() {
    List<ImageState> meanwhile = new ArrayList<>();
    node.runtime.push(DB, PullerFixture.digest('c'));
    node.runtime.consist(PullerFixture.digest('c'), List.of(OTHER));
    node.planned(WEB, DB);
    node.puller.permit(node.looks(WEB, DB));
    node.loop.run();
    node.runtime.midway(() -> {
      node.runtime.midway(() -> {});
      node.threads.runNewest();
      node.loop.run();
      meanwhile.add(node.state(WEB));
      meanwhile.add(node.state(DB));
    });

    node.finishAll();

    assertThat(meanwhile).containsExactly(ImageState.GRANTED, ImageState.PULLING);
    assertThat(node.book.all())
        .extracting(ImageReport::state)
        .containsExactly(ImageState.PRESENT, ImageState.PRESENT);
  }

  @Test
  void endsTheNewestPullWhenOthersFillTheDisk() {
    node.runtime.midway(() -> {
      free(100);
      node.loop.advance(Duration.ofMillis(500));
      node.threads.runNewest();
      node.loop.run();
    });
    node.planned(WEB);

    node.looked(WEB);

    assertThat(node.state(WEB)).isEqualTo(ImageState.BLOCKED);
    assertThat(node.problem(WEB).message()).contains("100.0 MiB are free");
    assertThat(node.held(WEB)).isEmpty();
  }

  @Test
  void stopsEveryPullWhenTheRuntimeFindsTheDiskFull() {
    node.failing(APP, PullReason.DISK_PRESSURE);
    node.planned(APP, WEB);
    node.puller.permit(node.looks(APP, WEB));

    node.finishAll();

    assertThat(node.problem(APP).reason()).isEqualTo(PullReason.DISK_PRESSURE);
    assertThat(node.problem(WEB).reason()).isEqualTo(PullReason.DISK_PRESSURE);
    assertThat(node.held(WEB)).isEmpty();
  }

  @Test
  void startsNothingForHalfAMinuteAfterTheRuntimeFoundTheDiskFull() {
    node.failing(APP, PullReason.DISK_PRESSURE);
    node.planned(APP, WEB);
    node.looked(APP);
    node.looked(WEB);

    node.after(Duration.ofSeconds(29));

    assertThat(node.state(WEB)).isEqualTo(ImageState.GRANTED);
  }

  @Test
  void goesOnHalfAMinuteAfterTheRuntimeFoundTheDiskFull() {
    node.failing(APP, PullReason.DISK_PRESSURE);
    node.planned(APP, WEB);
    node.looked(APP);
    node.looked(WEB);

    node.after(Duration.ofSeconds(30));

    assertThat(node.state(WEB)).isEqualTo(ImageState.PRESENT);
  }

  private void free(long mebibytes) {
    node.filesystem.space(1_000 * MIB, mebibytes * MIB);
  }
}
