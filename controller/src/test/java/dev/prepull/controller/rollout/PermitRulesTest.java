package dev.prepull.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.NodeName;
import dev.prepull.model.PullPermit;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each permit ends exactly once, whatever becomes of the node that holds it. */
class PermitRulesTest {

  private static final ImageReference APP = ImageReference.parse("app:1");

  /** n1 holds the image and n2 has a permit for it. */
  private final TestFleet fleet =
      new TestFleet()
          .nodes(2)
          .list("images: [app:1]")
          .attachAll()
          .holds("n1", "app:1", "a")
          .says("n2", "app:1", ImageState.WAITING);

  private int inUse() {
    return fleet.rollouts.figures(fleet.now).permitsInUse();
  }

  private void says(ImageState state, long permit) {
    fleet.says("n2", ImageReport.of(APP, state).withPermit(permit));
  }

  @ParameterizedTest
  @EnumSource(
      value = ImageState.class,
      names = {"GRANTED", "PULLING"},
      mode = EnumSource.Mode.EXCLUDE)
  void aPermitEndsWithTheReportThatNamesItInAnyStateOfRest(ImageState state) {
    PullPermit permit = fleet.permit("n2", "app:1");

    fleet.rollouts.reported(
        new NodeName("n2"), ImageReport.of(APP, state).withPermit(permit.id()), fleet.now);

    assertThat(inUse()).isZero();
  }

  @ParameterizedTest
  @EnumSource(
      value = ImageState.class,
      names = {"GRANTED", "PULLING"})
  void aPermitGoesOnWhileItIsWorkedBy(ImageState state) {
    says(state, fleet.permit("n2", "app:1").id());

    assertThat(inUse()).isEqualTo(1);
  }

  @Test
  void aReportThatWasUnderWayWhenThePermitWasGivenDoesNotEndIt() {
    fleet.rollouts.reported(
        new NodeName("n2"), ImageReport.of(APP, ImageState.WAITING).withPermit(7), fleet.now);

    assertThat(inUse()).isEqualTo(1);
  }

  @Test
  void aNodeThatWaitsAgainAfterItsBackOffGetsANewPermit() {
    long first = fleet.permit("n2", "app:1").id();
    says(ImageState.FAILED, first);
    assertThat(inUse()).isZero();

    says(ImageState.WAITING, first);

    assertThat(fleet.permit("n2", "app:1").id()).isGreaterThan(first);
  }

  @Test
  void aDeadAgentGivesItsPermitsBack() {
    fleet.detach("n2");

    assertThat(inUse()).isZero();
  }

  @Test
  void anAgentThatAttachesAgainBeginsWithoutPermits() {
    fleet.attach("n2");

    assertThat(inUse()).isZero();
  }

  @Test
  void anImageThatLeavesThePlanTakesItsPermitsWithIt() {
    fleet.list("images: [other:1]");

    assertThat(inUse()).isZero();
  }

  @Test
  void anAgentThatRefusesItsPlanGivesItsPermitsBackAndGetsNone() {
    fleet.told();

    fleet.rollouts.refused(new NodeName("n2"));
    fleet.says("n2", "app:1", ImageState.WAITING);

    assertThat(inUse()).isZero();
    assertThat(fleet.told()).isEmpty();
  }

  @Test
  void aPermitThatNobodyTakesIsTakenBackInTheEnd() {
    fleet.told();
    long first = fleet.permit("n2", "app:1").id();

    fleet.after(PermitBook.UNTAKEN_LIMIT.plus(Duration.ofMinutes(1)));

    assertThat(fleet.permitted()).containsExactly("n2 CONVERGE app:1");
    assertThat(fleet.permit("n2", "app:1").id()).isNotEqualTo(first);
    assertThat(inUse()).isEqualTo(1);
  }

  @Test
  void aPermitThatWasTakenLastsAsLongAsThePull() {
    long id = fleet.permit("n2", "app:1").id();
    says(ImageState.PULLING, id);

    fleet.after(Duration.ofDays(1));

    assertThat(fleet.permit("n2", "app:1").id()).isEqualTo(id);
    assertThat(inUse()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = ImageState.class,
      names = {"GRANTED", "PULLING"})
  void aControllerThatBeginsAnewAdoptsThePermitsOfTheOneBefore(ImageState state) {
    long id = fleet.permit("n2", "app:1").id();
    fleet.restart().attachAll().holds("n1", "app:1", "a");

    says(state, id);
    assertThat(inUse()).isEqualTo(1);
    assertThat(fleet.permitted()).isEmpty();

    fleet.holds("n2", "app:1", "a");
    assertThat(inUse()).isZero();
  }

  @Test
  void anAdoptedPullCountsAgainstTheLimits() {
    TestFleet small =
        new TestFleet()
            .nodes(3)
            .list("rollout: {maxNodesPulling: 1}", "images: [app:1]")
            .attachAll()
            .holds("n1", "app:1", "a");

    small.says("n2", ImageReport.of(APP, ImageState.PULLING).withPermit(42));
    small.says("n3", "app:1", ImageState.WAITING);
    assertThat(small.permitted()).isEmpty();

    small.says("n2", ImageReport.present(APP, TestFleet.digest("a"), 1).withPermit(42));
    assertThat(small.permitted()).containsExactly("n3 CONVERGE app:1");
  }

  @Test
  void anAdoptedPullOfAnUnlockedImageFindsTheLock() {
    TestFleet young = new TestFleet().nodes(1).list("images: [app:1]").attachAll();
    young.says("n1", ImageReport.of(APP, ImageState.PULLING).withPermit(42));

    young.says("n1", ImageReport.present(APP, TestFleet.digest("c"), 1).withPermit(42));

    assertThat(young.lock("app:1")).isEqualTo("c");
  }

  @Test
  void anImageThatIsPulledWithoutAnyPermitIsNotPermittedOnTop() {
    fleet.holds("n2", "app:1", "a").told();

    says(ImageState.PULLING, 0);

    assertThat(inUse()).isEqualTo(1);
    assertThat(fleet.told()).isEmpty();
  }

  @Test
  void idsAreNeverZeroAndNeverUsedTwiceEvenByALaterController() {
    long first = fleet.permit("n2", "app:1").id();
    fleet.after(Duration.ofMillis(1));

    fleet
        .restart()
        .attachAll()
        .holds("n1", "app:1", "a")
        .says("n2", ImageReport.of(APP, ImageState.WAITING).withPermit(first));

    assertThat(List.of(first, fleet.permit("n2", "app:1").id()))
        .doesNotContain(0L)
        .doesNotHaveDuplicates();
  }
}
