package dev.prepull.agent.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.agent.puller.PlanReceiver;
import dev.prepull.agent.report.ReportBook;
import dev.prepull.credentials.NodeCredentials;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImagePolicy;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlannedImage;
import dev.prepull.model.PullPermit;
import dev.prepull.model.PullProblem;
import dev.prepull.model.PullReason;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How long an agent is not ready. */
class ReadinessTest {

  private static final ImageReference APP = ImageReference.parse("reg.example/app:1");
  private static final Duration TIMEOUT = Duration.ofMinutes(10);
  private static final Duration ALMOST = TIMEOUT.minusSeconds(1);
  private static final NodePlan PLAN =
      NodePlan.of(List.of(new PlannedImage(APP, ImagePolicy.DEFAULT)));

  private final ReportBook book = new ReportBook();
  private final PlanBoard board = new PlanBoard(new Nobody(), book);
  private long now = Long.MAX_VALUE;
  private final Readiness readiness = new Readiness(board, TIMEOUT, () -> now);

  @Test
  void isReadyAtOnceWhenThePlanIsHeld() {
    board.plan(PLAN);
    book.changed(ImageReport.present(APP, null, 1));

    assertThat(readiness.ask()).isEqualTo(new Readiness.Answer(true, "ok"));
  }

  @Test
  void isNotReadyWhileAnImageFailsAndSaysWhy() {
    board.plan(PLAN);
    book.changed(
        ImageReport.troubled(
            APP, ImageState.FAILED, new PullProblem(PullReason.NOT_FOUND, "no such tag", 1, null)));

    assertThat(readiness.ask())
        .isEqualTo(
            new Readiness.Answer(
                false, "0 of 1 images present; reg.example/app:1: NotFound, no such tag"));
  }

  @Test
  void missingImagesCountNoLongerThanTheTimeout() {
    board.plan(PLAN);
    assertThat(readiness.ask().ready()).isFalse();

    pass(ALMOST);
    assertThat(readiness.ask().ready()).isFalse();
    pass(Duration.ofSeconds(1));

    assertThat(readiness.ask().ready()).isTrue();
    assertThat(readiness.ask().words()).contains("0 of 1 images present");
  }

  @Test
  void countsAnewOnceThePlanWasHeld() {
    board.plan(PLAN);
    assertThat(readiness.ask().ready()).isFalse();
    pass(TIMEOUT);
    book.changed(ImageReport.present(APP, null, 1));
    assertThat(readiness.ask().words()).isEqualTo("ok");

    book.changed(ImageReport.of(APP, ImageState.WAITING));

    assertThat(readiness.ask().ready()).isFalse();
    pass(ALMOST);
    assertThat(readiness.ask().ready()).isFalse();
  }

  @Test
  void anotherPlanBuysNoTimeWhileImagesAreMissing() {
    board.plan(PLAN);
    assertThat(readiness.ask().ready()).isFalse();
    pass(ALMOST);
    ImageReference web = ImageReference.parse("reg.example/web:1");

    board.plan(NodePlan.of(List.of(new PlannedImage(web, ImagePolicy.DEFAULT))));
    pass(Duration.ofSeconds(1));

    assertThat(readiness.ask().ready()).isTrue();
  }

  @Test
  void isNeverReadyWithoutAPlan() {
    assertThat(readiness.ask().ready()).isFalse();

    pass(TIMEOUT.multipliedBy(100));

    assertThat(readiness.ask())
        .isEqualTo(new Readiness.Answer(false, "no plan has come from the controller yet"));
  }

  @Test
  void staysWhatItIsWhileTheControllerIsAway() {
    board.plan(PLAN);
    book.changed(ImageReport.present(APP, null, 1));

    board.attached(false);
    pass(TIMEOUT);

    assertThat(readiness.ask()).isEqualTo(new Readiness.Answer(true, "ok"));
  }

  @Test
  void aTimeoutOfZeroLetsImagesNeverCount() {
    Readiness always = new Readiness(board, Duration.ZERO, () -> now);
    board.plan(PLAN);

    assertThat(always.ask().ready()).isTrue();
  }

  private void pass(Duration duration) {
    now += duration.toNanos();
  }

  private static final class Nobody implements PlanReceiver {
    @Override
    public void plan(NodePlan plan) {}

    @Override
    public void credentials(NodeCredentials credentials) {}

    @Override
    public void lock(Map<ImageReference, ImageDigest> locks) {}

    @Override
    public void permit(Collection<PullPermit> permits) {}

    @Override
    public void attached(boolean attached) {}
  }
}
