package dev.prepull.agent.puller;

import static dev.prepull.agent.puller.PullerFixture.APP;
import static dev.prepull.agent.puller.PullerFixture.DB;
import static dev.prepull.agent.puller.PullerFixture.NEW;
import static dev.prepull.agent.puller.PullerFixture.OLD;
import static dev.prepull.agent.puller.PullerFixture.WEB;
import static dev.prepull.agent.puller.PullerFixture.entry;
import static dev.prepull.agent.puller.PullerFixture.onlyReported;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.PullPermit;
import dev.prepull.model.PullReason;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nothing is pulled without leave, and of every permit the controller learns how it ended. */
class PermitTest {

  private final PullerFixture node = new PullerFixture();

  @Test
  void pullsNothingWithoutLeave() {
    node.runtime.push(APP, OLD);
    node.planned(APP);
    node.locked(APP, OLD);

    node.polled();

    assertThat(node.state(APP)).isEqualTo(ImageState.WAITING);
    assertThat(node.runtime.pulls()).isEmpty();
  }

  @Test
  void namesThePermitWhileItIsInUse() {
    node.planned(APP, WEB, DB);

    List<PullPermit> permits = node.looks(APP, DB, WEB);
    node.puller.permit(permits);
    node.loop.run();

    assertThat(node.book.all())
        .extracting(ImageReport::state)
        .containsExactly(ImageState.PULLING, ImageState.PULLING, ImageState.GRANTED);
    assertThat(node.book.all())
        .extracting(ImageReport::permit)
        .containsExactlyElementsOf(permits.stream().map(PullPermit::id).toList());
  }

  @Test
  void namesThePermitThatEndedLast() {
    node.pulled(entry(APP), OLD);
    long last = node.looked(APP);

    node.polled();

    assertThat(node.report(APP)).isEqualTo(ImageReport.present(APP, OLD, 1_000).withPermit(last));
  }

  @Test
  void endsAPermitWithTheFailureAndAsksForAnother() {
    node.runtime.push(APP, OLD);
    node.failing(APP, PullReason.REGISTRY_UNAVAILABLE);
    node.planned(APP);

    long first = node.looked(APP);
    node.after(Duration.ofSeconds(2));

    assertThat(node.end(first).state()).isEqualTo(ImageState.FAILED);
    assertThat(node.state(APP)).isEqualTo(ImageState.WAITING);
    assertThat(node.report(APP).permit()).isEqualTo(first);
    assertThat(node.runtime.asked()).hasSize(1);
  }

  @Test
  void endsAPermitThatComesDuringBackOff() {
    node.planned(APP);
    node.looked(APP);

    long useless = node.looked(APP);

    assertThat(node.end(useless).state()).isEqualTo(ImageState.FAILED);
    assertThat(node.runtime.asked()).hasSize(1);
  }

  @Test
  void endsAtOnceALeaveToConvergeWhatIsAsLocked() {
    node.runtime.hold(APP, OLD);
    node.planned(APP);
    node.locked(APP, OLD);

    long permit = node.converging(APP);

    assertThat(node.end(permit)).isEqualTo(ImageReport.present(APP, OLD, 1_000).withPermit(permit));
    assertThat(node.threads.underWay()).isZero();
  }

  @Test
  void endsAtOnceALeaveToConvergeOnNobodyKnowsWhat() {
    node.runtime.push(APP, OLD);
    node.planned(APP);

    long permit = node.converging(APP);

    assertThat(node.end(permit).state()).isEqualTo(ImageState.WAITING);
    assertThat(node.threads.underWay()).isZero();
  }

  @Test
  void endsAtOnceALeaveToConvergeWhatShallOnlyBeReported() {
    node.runtime.hold(APP, OLD);
    node.planned(onlyReported(APP));
    node.locked(APP, NEW);

    long permit = node.converging(APP);

    assertThat(node.end(permit).state()).isEqualTo(ImageState.DRIFTED);
    assertThat(node.threads.underWay()).isZero();
  }

  @Test
  void endsAPermitForAnImageThatIsNotPlanned() {
    node.planned(APP);

    long permit = node.looking(WEB);

    assertThat(node.told.partings)
        .containsExactly(ImageReport.of(WEB, ImageState.WAITING).withPermit(permit));
  }

  @Test
  void endsThePermitOfAnImageThatLeavesThePlan() {
    node.runtime.push(APP, OLD);
    node.planned(APP);
    long permit = node.looking(APP);

    node.planned(WEB);

    assertThat(node.told.partings)
        .containsExactly(ImageReport.of(APP, ImageState.WAITING).withPermit(permit));
  }

  @Test
  void keepsAPermitThatComesBeforeTheRuntimeHasAnswered() {
    node.runtime.push(APP, OLD);
    node.plan(entry(APP));

    long permit = node.looked(APP);

    assertThat(node.report(APP)).isEqualTo(ImageReport.present(APP, OLD, 1_000).withPermit(permit));
  }

  @Test
  void tellsOfALookWhatTheRegistryHasNow() {
    node.runtime.hold(APP, OLD);
    node.runtime.push(APP, NEW);
    node.planned(APP);
    node.locked(APP, OLD);

    long look = node.looked(APP);

    assertThat(node.end(look).state()).isEqualTo(ImageState.DRIFTED);
    assertThat(node.end(look).digest()).isEqualTo(NEW);
  }

  @Test
  void isAsPlannedOnceWhatItFoundIsTheLock() {
    node.runtime.hold(APP, OLD);
    node.runtime.push(APP, NEW);
    node.planned(APP);
    node.locked(APP, OLD);
    node.looked(APP);

    node.locked(APP, NEW);

    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
    assertThat(node.report(APP).digest()).isEqualTo(NEW);
  }

  @Test
  void keepsWhatItHoldsWhenALookFails() {
    node.runtime.hold(APP, OLD);
    node.failing(APP, PullReason.REGISTRY_UNAVAILABLE);
    node.planned(APP);
    node.locked(APP, OLD);

    long look = node.looked(APP);

    ImageReport end = node.end(look);
    assertThat(end.state()).isEqualTo(ImageState.PRESENT);
    assertThat(end.digest()).isEqualTo(OLD);
    assertThat(node.problem(APP).reason()).isEqualTo(PullReason.REGISTRY_UNAVAILABLE);
  }

  @Test
  void staysDriftedWhenALookFails() {
    node.runtime.hold(APP, OLD);
    node.failing(APP, PullReason.RATE_LIMITED);
    node.planned(APP);
    node.locked(APP, NEW);

    long look = node.looked(APP);

    assertThat(node.end(look).state()).isEqualTo(ImageState.DRIFTED);
    assertThat(node.problem(APP).reason()).isEqualTo(PullReason.RATE_LIMITED);
  }

  @Test
  void forgetsAFailedLookAfterOneThatWentWell() {
    node.runtime.push(APP, OLD);
    node.runtime.hold(APP, OLD);
    node.failing(APP, PullReason.REGISTRY_UNAVAILABLE);
    node.planned(APP);
    node.looked(APP);
    node.runtime.heal();

    node.looked(APP);

    assertThat(node.report(APP).problem()).isNull();
  }

  @Test
  void tellsOnceWhatAPulledImageConsistsOf() {
    node.runtime.push(APP, OLD);
    node.planned(APP);

    node.looked(APP);
    node.polled();

    assertThat(node.told.reports)
        .filteredOn(report -> !report.blobs().isEmpty())
        .singleElement()
        .satisfies(report ->
            assertThat(report.blobs().stream().mapToLong(ImageBlob::sizeBytes).sum())
                .isEqualTo(1_000));
  }
}
