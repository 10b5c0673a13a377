package dev.prepull.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.PullProgress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is told to the controller, once. */
class ReportBookTest {

  private static final ImageReference APP = ImageReference.parse("reg.example/app:1");
  private static final ImageReference WEB = ImageReference.parse("reg.example/web:1");

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
  void showsTheNewestReportsByName() {
    book.changed(waiting(WEB));
    book.changed(waiting(APP));
    book.drain(10);

    assertThat(book.all()).containsExactly(waiting(APP), waiting(WEB));
  }

  private static ImageReport waiting(ImageReference reference) {
    return ImageReport.of(reference, ImageState.WAITING);
  }

  private static ImageReport pulling(ImageReference reference, long done) {
    return ImageReport.pulling(reference, new PullProgress(done, 10), Instant.EPOCH);
  }
}
