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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whether the node holds its whole plan. */
class PlanBoardTest {

  private static final ImageReference APP = ImageReference.parse("reg.example/app:1");
  private static final ImageReference WEB = ImageReference.parse("reg.example/web:1");

  private static final ImageDigest LOCKED = new ImageDigest("sha256:" + "a".repeat(64));
  private static final ImageDigest OTHER = new ImageDigest("sha256:" + "b".repeat(64));

  private final ReportBook book = new ReportBook();
  private final Recorder puller = new Recorder();
  private final PlanBoard board = new PlanBoard(puller, book);

  @Test
  void missesAPlanAtFirst() {
    assertThat(board.planned()).isEmpty();
    assertThat(board.whatIsMissing()).contains("no plan has come from the controller yet");
  }

  @Test
  void missesNothingOfAnEmptyPlan() {
    board.plan(NodePlan.EMPTY);

    assertThat(board.planned()).contains(0);
    assertThat(board.whatIsMissing()).isEmpty();
  }

  @Test
  void countsWhatIsPresent() {
    board.plan(plan(APP, WEB));
    book.changed(ImageReport.present(APP, null, 1));
    book.changed(ImageReport.of(WEB, ImageState.PULLING));

    assertThat(board.planned()).contains(2);
    assertThat(board.whatIsMissing()).contains("1 of 2 images present");
  }

  @Test
  void missesNothingOnceAllIsPresent() {
    board.plan(plan(APP, WEB));
    book.changed(ImageReport.present(APP, null, 1));
    book.changed(ImageReport.present(WEB, null, 1));

    assertThat(board.whatIsMissing()).isEmpty();
  }

  @Test
  void doesNotCountImagesOfThePlanBefore() {
    board.plan(plan(APP));
    book.changed(ImageReport.present(APP, null, 1));

    board.plan(plan(WEB));

    assertThat(board.whatIsMissing()).contains("0 of 1 images present");
  }

  @Test
  void countsWhatIsHeldAsLockedWhileTheRegistryIsAskedAgain() {
    board.plan(plan(APP));
    board.lock(Map.of(APP, LOCKED));

    book.changed(ImageReport.present(APP, LOCKED, 1).withState(ImageState.PULLING));

    assertThat(board.whatIsMissing()).isEmpty();
  }

  @Test
  void doesNotCountWhatHasDrifted() {
    board.plan(plan(APP));
    board.lock(Map.of(APP, LOCKED));

    book.changed(ImageReport.present(APP, OTHER, 1).withState(ImageState.DRIFTED));

    assertThat(board.whatIsMissing()).contains("0 of 1 images present");
  }

  @Test
  void forgetsTheLocksOfThePlanBefore() {
    board.plan(plan(APP));
    board.lock(Map.of(APP, LOCKED));
    board.plan(plan(WEB));
    board.plan(plan(APP));

    book.changed(ImageReport.present(APP, LOCKED, 1).withState(ImageState.PULLING));

    assertThat(board.whatIsMissing()).contains("0 of 1 images present");
  }

  @Test
  void passesEverythingOn() {
    PullPermit permit = new PullPermit(1, APP, PullPermit.Purpose.CONVERGE, List.of());

    board.plan(plan(APP));
    board.credentials(NodeCredentials.EMPTY);
    board.lock(Map.of());
    board.permit(List.of(permit));
    board.attached(false);

    assertThat(puller.got)
        .containsExactly(plan(APP), NodeCredentials.EMPTY, Map.of(), List.of(permit), false);
  }

  private static NodePlan plan(ImageReference... references) {
    return NodePlan.of(
        Arrays.stream(references)
            .map(reference -> new PlannedImage(reference, ImagePolicy.DEFAULT))
            .toList());
  }

  private static final class Recorder implements PlanReceiver {
    private final List<Object> got = new ArrayList<>();

    @Override
    public void plan(NodePlan plan) {
      got.add(plan);
    }

    @Override
    public void credentials(NodeCredentials credentials) {
      got.add(credentials);
    }

    @Override
    public void lock(Map<ImageReference, ImageDigest> locks) {
      got.add(locks);
    }

    @Override
    public void permit(Collection<PullPermit> permits) {
      got.add(List.copyOf(permits));
    }

    @Override
    public void attached(boolean attached) {
      got.add(attached);
    }
  }
}
