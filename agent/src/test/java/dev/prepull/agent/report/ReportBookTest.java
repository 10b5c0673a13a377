package dev.prepull.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.PullProblem;
import dev.prepull.model.PullProgress;
import dev.prepull.model.PullReason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is told to the controller, once. */
class ReportBookTest {

  private static final ImageReference APP = ImageReference.parse("reg.example/app:1");
  private static final ImageReference WEB = ImageReference.parse("reg.example/web:1");

  private static final ImageBlob LAYER =
      new ImageBlob(new ImageDigest("sha256:" + "a".repeat(64)), 10);

  private final ReportBook book = new ReportBook();

  @Test
  void handsOutEachReportOnce() {
    book.changed(waiting(APP));

    assertThat(book.drain(10)).containsExactly(waiting(APP));
    assertThat(book.drain(10)).isEmpty();
  }

  @Test
  void keepsOnlyTheNewestReportOfAnImage() {
    book.changed(waiting(APP));
    book.changed(pulling(APP, 1));
    book.changed(pulling(APP, 2));

    assertThat(book.drain(10)).containsExactly(pulling(APP, 2));
  }

  @Test
  void handsOutTheLongestWaitingImageFirst() {
    book.changed(waiting(WEB));
    book.changed(waiting(APP));
    book.changed(pulling(WEB, 1));

    assertThat(book.drain(10)).containsExactly(pulling(WEB, 1), waiting(APP));
  }

  @Test
  void handsOutNoMoreThanAskedFor() {
    book.changed(waiting(WEB));
    book.changed(waiting(APP));

    assertThat(book.drain(1)).containsExactly(waiting(WEB));
    assertThat(book.drain(1)).containsExactly(waiting(APP));
  }

  @Test
  void doesNotRepeatWhatHasNotChanged() {
    book.changed(waiting(APP));
    book.drain(10);

    book.changed(waiting(APP));

    assertThat(book.drain(10)).isEmpty();
  }

  @Test
  void beginsAnewForANewStream() {
    book.changed(waiting(WEB));
    book.changed(waiting(APP));
    book.drain(10);

    book.restart();

    assertThat(book.drain(10)).containsExactlyInAnyOrder(waiting(APP), waiting(WEB));
  }

  @Test
  void saysNothingOfAnImageThatHasLeftThePlan() {
    book.changed(waiting(APP));

    book.forgotten(APP);

    assertThat(book.all()).isEmpty();
    assertThat(book.drain(10)).isEmpty();
  }

  @Test
  void tellsAgainOfAnImageThatHasComeBack() {
    book.changed(waiting(APP));
    book.drain(10);
    book.forgotten(APP);

    book.changed(waiting(APP));

    assertThat(book.drain(10)).containsExactly(waiting(APP));
  }

  @Test
  void callsBackForNewsOnly() {
    List<ImageReport> drained = new ArrayList<>();
    book.onNews(() -> drained.addAll(book.drain(10)));

    book.changed(waiting(APP));
    book.changed(waiting(APP));
    book.changed(pulling(APP, 1));

    assertThat(drained).containsExactly(waiting(APP), pulling(APP, 1));
  }

  @Test
  void tellsHowAPermitEndedThoughTheImageHasMovedOn() {
    ImageReport end = failed(APP, 1);
    book.changed(waiting(APP).withPermit(1).withState(ImageState.GRANTED));
    book.changed(end);

    book.changed(waiting(APP).withPermit(1));

    assertThat(book.drain(10)).containsExactly(end, waiting(APP).withPermit(1));
  }

  @Test
  void countsBothReportsOfAnImage() {
    ImageReport end = failed(APP, 1);
    book.changed(end);
    book.changed(waiting(APP).withPermit(1));

    List<ImageReport> first = book.drain(1);

    assertThat(first).containsExactly(end);
    assertThat(book.drain(1)).containsExactly(waiting(APP).withPermit(1));
    assertThat(book.drain(1)).isEmpty();
  }

  @Test
  void tellsOnceHowAPermitEnded() {
    book.changed(failed(APP, 1));
    book.drain(10);

    book.changed(waiting(APP).withPermit(1));
    book.changed(pulling(APP, 1).withPermit(2));

    assertThat(book.drain(10)).containsExactly(pulling(APP, 1).withPermit(2));
  }

  @Test
  void tellsOnceWhatAnImageConsistsOf() {
    ImageReport shown = present(APP).withPermit(1).withBlobs(List.of(LAYER));
    book.changed(shown);

    List<ImageReport> first = book.drain(10);
    book.restart();

    assertThat(first).containsExactly(shown);
    assertThat(book.drain(10)).containsExactly(present(APP).withPermit(1));
  }

  @Test
  void keepsWhatAnImageConsistsOfUntilItIsSent() {
    ImageReport shown = present(APP).withPermit(1).withBlobs(List.of(LAYER));
    book.changed(shown);

    book.changed(present(APP).withPermit(1));

    assertThat(book.drain(10)).containsExactly(shown);
  }

  @Test
  void tellsThatAPermitEndedWithoutAnImage() {
    book.parted(waiting(WEB).withPermit(3));

    assertThat(book.drain(10)).containsExactly(waiting(WEB).withPermit(3));
    assertThat(book.all()).isEmpty();
  }

  @Test
  void callsBackForAPermitThatEndedWithoutAnImage() {
    List<ImageReport> drained = new ArrayList<>();
    book.onNews(() -> drained.addAll(book.drain(10)));

    book.parted(waiting(WEB).withPermit(3));

    assertThat(drained).containsExactly(waiting(WEB).withPermit(3));
  }

  @Test
  void forgetsForANewStreamThePermitsOfTheOneBefore() {
    book.changed(waiting(APP));
    book.parted(waiting(WEB).withPermit(3));

    book.restart();

    assertThat(book.drain(10)).containsExactly(waiting(APP));
  }

  @Test
  void keepsNoMoreThanTwoReportsOfAnImage() {
    for (int permit = 1; permit <= 1_000; permit++) {
      book.changed(pulling(APP, permit).withPermit(permit));
      book.changed(failed(APP, permit));
      book.changed(waiting(APP).withPermit(permit));
    }

    assertThat(book.drain(10)).containsExactly(failed(APP, 1_000), waiting(APP).withPermit(1_000));
  }

  @Test
  void showsTheNewestReportsByName() {
    book.changed(waiting(WEB));
    book.changed(waiting(APP));
    book.drain(10);

    assertThat(book.all()).containsExactly(waiting(APP), waiting(WEB));
  }

  private static ImageReport waiting(ImageReference reference) {
    return ImageReport.of(reference, ImageState.WAITING);
  }

  private static ImageReport present(ImageReference reference) {
    return ImageReport.present(reference, LAYER.digest(), 10);
  }

  private static ImageReport failed(ImageReference reference, long permit) {
    PullProblem problem = new PullProblem(PullReason.NOT_FOUND, "manifest unknown", 1, null);
    return ImageReport.troubled(reference, ImageState.FAILED, problem).withPermit(permit);
  }

  private static ImageReport pulling(ImageReference reference, long done) {
    return ImageReport.pulling(reference, new PullProgress(done, 10), Instant.EPOCH);
  }
}
