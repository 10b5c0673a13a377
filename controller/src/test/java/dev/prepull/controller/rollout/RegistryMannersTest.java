package dev.prepull.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.PullProblem;
import dev.prepull.model.PullReason;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What one registry's mood means for the fleet. */
class RegistryMannersTest {

  private static final String APP = "r1.example/app:1";
  private static final String ELSEWHERE = "r2.example/app:1";

  /** n1 holds both images, the other nodes pull them. */
  private static TestFleet fleet(int nodes) {
    TestFleet fleet =
        new TestFleet()
            .nodes(nodes)
            .list(
                "rollout: {maxNodesPulling: 8, failureTolerance: 100%}",
                "images: ['" + APP + "', '" + ELSEWHERE + "']")
            .attachAll();
    fleet.holds("n1", APP, "a").holds("n1", ELSEWHERE, "a");
    IntStream.rangeClosed(2, nodes)
        .forEach(i -> {
          fleet.says("n" + i, APP, ImageState.WAITING);
          fleet.says("n" + i, ELSEWHERE, ImageState.WAITING);
        });
    return fleet;
  }

  private static void complains(TestFleet fleet, String node) {
    fleet.fails(node, APP, PullReason.REGISTRY_UNAVAILABLE);
  }

  @Test
  void oneComplaintSlowsTheHostForAllNodesAndNoOtherHost() {
    TestFleet fleet = fleet(30);
    assertThat(fleet.busy(APP)).hasSize(8);

    complains(fleet, fleet.busy(APP).getFirst());
    fleet.holds(fleet.busy(APP).getFirst(), APP, "a");
    fleet.holds(fleet.busy(ELSEWHERE).getFirst(), ELSEWHERE, "a");

    assertThat(fleet.busy(APP)).hasSize(6);
    assertThat(fleet.busy(ELSEWHERE)).hasSize(8);
    assertThat(fleet.rollouts.figures(fleet.now).pausedRegistries()).isEqualTo(1);
  }

  @Test
  void afterThePauseFewerPullsRunThanBefore() {
    TestFleet fleet = fleet(30);
    for (int i = 0; i < 8; i++) {
      complains(fleet, fleet.busy(APP).getFirst());
    }
    assertThat(fleet.busy(APP)).isEmpty();

    fleet.after(Duration.ofSeconds(2));

    assertThat(fleet.busy(APP)).hasSize(4);
  }

  @Test
  void pullsThatSucceedBringThePaceBack() {
    TestFleet fleet = fleet(40);
    for (int i = 0; i < 8; i++) {
      complains(fleet, fleet.busy(APP).getFirst());
    }
    fleet.after(Duration.ofSeconds(2));

    for (int i = 0; i < 4; i++) {
      fleet.holds(fleet.busy(APP).getFirst(), APP, "a");
    }

    assertThat(fleet.busy(APP)).hasSize(8);
  }

  @Test
  void aHostThatAnswersWith429ForAMinuteIsAskedEverLessOften() {
    TestFleet fleet = fleet(60);
    int inFirstHalf = 0;
    int inSecondHalf = 0;

    for (int second = 0; second < 60; second++) {
      fleet.after(Duration.ofSeconds(1));
      while (!fleet.busy(APP).isEmpty()) {
        complains(fleet, fleet.busy(APP).getFirst());
        if (second < 30) {
          inFirstHalf++;
        } else {
          inSecondHalf++;
        }
      }
    }

    assertThat(inFirstHalf).isLessThan(30);
    assertThat(inSecondHalf).isLessThan(5);
  }

  @Test
  void anOldFailureThatIsToldAgainSlowsNothing() {
    TestFleet fleet = fleet(10);
    String node = fleet.busy(APP).getFirst();

    fleet.attach(node);
    complains(fleet, node);

    assertThat(fleet.rollouts.figures(fleet.now).pausedRegistries()).isZero();
  }

  @Test
  void aFailedLookSlowsTheHostToo() {
    TestFleet fleet =
        new TestFleet()
            .nodes(1)
            .list("images: [{image: '" + APP + "', pullPolicy: Always, refreshInterval: 1m}]")
            .attachAll()
            .holds("n1", APP, "a")
            .after(Duration.ofMinutes(1));

    fleet.says(
        "n1",
        ImageReport.present(ImageReference.parse(APP), TestFleet.digest("a"), 1)
            .withProblem(
                new PullProblem(PullReason.RATE_LIMITED, "429", 1, fleet.now.plusSeconds(300))));

    fleet.told();
    assertThat(fleet.after(Duration.ofSeconds(299)).permitted()).isEmpty();
    assertThat(fleet.after(Duration.ofSeconds(1)).permitted()).hasSize(1);
  }
}
