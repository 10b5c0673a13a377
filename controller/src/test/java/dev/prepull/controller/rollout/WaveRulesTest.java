package dev.prepull.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.status.WaveStatus.Phase;
import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.PullReason;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** In which order, and how many at a time, nodes get an image. */
class WaveRulesTest {

  private static final String APP = "app:1";

  private static TestFleet fleet(int nodes, String rollout, String... images) {
    return new TestFleet()
        .nodes(nodes)
        .list("rollout: {" + rollout + "}", "images: [" + String.join(", ", images) + "]")
        .attachAll();
  }

  /** All nodes wait and one of them holds the image, so that it is locked at once. */
  private static TestFleet locked(int nodes, String rollout, String... images) {
    TestFleet fleet = fleet(nodes, rollout, images);
    for (String image : images.length == 0 ? new String[] {APP} : images) {
      fleet.holds("n1", image, "a");
      IntStream.rangeClosed(2, nodes).forEach(i -> fleet.says("n" + i, image, ImageState.WAITING));
    }
    return fleet;
  }

  // --- canaries ---

  @Test
  void onlyCanariesPullUntilAsManyNodesHoldTheLock() {
    TestFleet fleet =
        fleet(9, "canaryNodes: 2, maxNodesPulling: 100%", APP).all(APP, ImageState.WAITING);
    List<String> canaries = fleet.busy(APP);
    assertThat(canaries).hasSize(2);

    fleet.holds(canaries.getFirst(), APP, "a");
    assertThat(fleet.busy(APP)).hasSize(2);
    assertThat(fleet.wave(APP).phase()).isEqualTo(Phase.CANARY);

    fleet.holds(canaries.getLast(), APP, "a");
    assertThat(fleet.wave(APP).phase()).isEqualTo(Phase.WIDENING);
    assertThat(fleet.busy(APP)).hasSize(7);
  }

  @Test
  void canariesStandInDifferentZones() {
    TestFleet fleet = fleet(9, "canaryNodes: 3", APP).all(APP, ImageState.WAITING);

    assertThat(fleet.busy(APP).stream().map(node -> Integer.parseInt(node.substring(1)) % 3))
        .containsExactlyInAnyOrder(0, 1, 2);
  }

  @Test
  void aFailedCanaryIsReplacedByAnotherNode() {
    TestFleet fleet =
        fleet(5, "canaryNodes: 1, failureTolerance: 2", APP).all(APP, ImageState.WAITING);
    String failed = fleet.busy(APP).getFirst();

    fleet.fails(failed, APP, PullReason.NOT_FOUND);

    assertThat(fleet.busy(APP)).hasSize(1).doesNotContain(failed);
  }

  @Test
  void aBlockedCanaryIsReplacedByAnotherNode() {
    TestFleet fleet = fleet(5, "canaryNodes: 1", APP).all(APP, ImageState.WAITING);
    String blocked = fleet.busy(APP).getFirst();

    fleet.says(
        blocked,
        ImageReport.troubled(
            ImageReference.parse(APP),
            ImageState.BLOCKED,
            TestFleet.problem(PullReason.DISK_PRESSURE)));

    assertThat(fleet.busy(APP)).hasSize(1).doesNotContain(blocked);
  }

  @Test
  void anImageThatFailsOnAFewCanariesIsNotTriedAllOverALargeFleet() {
    TestFleet fleet =
        fleet(60, "canaryNodes: 1, failureTolerance: 100%", APP).all(APP, ImageState.WAITING);

    int tried = 0;
    while (!fleet.busy(APP).isEmpty()) {
      fleet.fails(fleet.busy(APP).getFirst(), APP, PullReason.NOT_FOUND);
      tried++;
    }

    assertThat(tried).isEqualTo(ImageWave.TRIES_PER_CANARY + 1);
    assertThat(fleet.wave(APP).phase()).isEqualTo(Phase.STALLED);
  }

  @Test
  void notOneNodeIsTheCanaryOfEveryImage() {
    TestFleet fleet = new TestFleet().nodes(20);
    List<String> images = IntStream.range(0, 20).mapToObj(i -> "app-" + i + ":1").toList();
    fleet.list("rollout: {maxPullsPerRegistry: 100}", "images: " + images).attachAll();

    images.forEach(image -> fleet.all(image, ImageState.WAITING));

    Set<String> canaries = new HashSet<>();
    images.forEach(image -> canaries.addAll(fleet.busy(image)));
    assertThat(canaries).hasSizeGreaterThan(8);
  }

  @Test
  void withoutCanariesAnUnlockedImageStillBeginsWithOneLook() {
    TestFleet fleet =
        fleet(6, "canaryNodes: 0, maxNodesPulling: 100%", APP).all(APP, ImageState.WAITING);
    assertThat(fleet.permitted()).singleElement().asString().contains("LOOK");

    fleet.holds(fleet.busy(APP).getFirst(), APP, "a");

    assertThat(fleet.busy(APP)).hasSize(5);
  }

  // --- limits ---

  @Test
  void noMoreNodesPullAtTheSameTimeThanTheListAllows() {
    TestFleet fleet = locked(9, "maxNodesPulling: 3", APP);
    assertThat(fleet.busy(APP)).hasSize(3);

    fleet.holds(fleet.busy(APP).getFirst(), APP, "a");

    assertThat(fleet.busy(APP)).hasSize(3);
  }

  @Test
  void aShareOfTheNodesIsRoundedUpAndIsAtLeastOne() {
    assertThat(locked(9, "maxNodesPulling: 25%", APP).busy(APP)).hasSize(3);
    assertThat(locked(3, "maxNodesPulling: 1%", APP).busy(APP)).hasSize(1);
  }

  @Test
  void noMorePullsRunFromARegistryThanTheListAllows() {
    TestFleet fleet =
        locked(
            6,
            "maxNodesPulling: 100%, maxPullsPerRegistry: 4",
            "r1.example/a:1",
            "r1.example/b:1",
            "r2.example/c:1");

    assertThat(fleet.busy("r1.example/a:1").size() + fleet.busy("r1.example/b:1").size())
        .isEqualTo(4);
    assertThat(fleet.busy("r2.example/c:1")).hasSize(4);
  }

  @Test
  void aNodeHasPermitsForWhatItPullsAtATimeAndAsManyAgain() {
    String[] images =
        IntStream.range(0, 10).mapToObj(i -> "app-" + i + ":1").toArray(String[]::new);

    TestFleet fleet = locked(2, "maxNodesPulling: 100%", images);

    assertThat(fleet.held).hasSize(6);
  }

  @Test
  void imagesGoByPriorityAndThenByName() {
    TestFleet fleet =
        fleet(
            3,
            "canaryNodes: 0, maxNodesPulling: 100%, maxPullsPerRegistry: 1",
            "b:1",
            "a:1",
            "{image: 'c:1', priority: 1}");
    for (String image : List.of("a:1", "b:1", "c:1")) {
      fleet.holds("n1", image, "a").holds("n3", image, "a");
    }
    fleet.says("n2", "b:1", ImageState.WAITING).told();
    fleet.says("n2", "a:1", ImageState.WAITING);
    fleet.says("n2", "c:1", ImageState.WAITING);

    fleet.holds("n2", "b:1", "a");
    fleet.holds("n2", "c:1", "a");

    assertThat(fleet.permitted()).containsExactly("n2 CONVERGE c:1", "n2 CONVERGE a:1");
  }

  // --- failures ---

  @Test
  void pastTheToleranceOnlyFailedNodesTryAgainOneAtATime() {
    TestFleet fleet = locked(8, "maxNodesPulling: 3, failureTolerance: 1", APP);
    List<String> first = fleet.busy(APP);
    fleet.fails(first.get(0), APP, PullReason.CORRUPT_IMAGE);
    fleet.fails(first.get(1), APP, PullReason.CORRUPT_IMAGE);
    fleet.fails(first.get(2), APP, PullReason.CORRUPT_IMAGE);
    String alsoFailed = fleet.busy(APP).isEmpty() ? first.get(0) : fleet.busy(APP).getFirst();
    fleet.fails(alsoFailed, APP, PullReason.CORRUPT_IMAGE);
    assertThat(fleet.busy(APP)).isEmpty();

    fleet.says(first.get(0), APP, ImageState.WAITING);
    fleet.says(first.get(1), APP, ImageState.WAITING);

    assertThat(fleet.busy(APP)).containsExactly(first.get(0));
    assertThat(fleet.wave(APP).phase()).isEqualTo(Phase.STALLED);
    assertThat(fleet.wave(APP).stalledBecause())
        .contains("of 8 nodes fail and 1 may", "one at a time");
  }

  @Test
  void aStalledImageGoesOnOnceEnoughNodesHaveRecovered() {
    TestFleet fleet = locked(6, "maxNodesPulling: 2, failureTolerance: 0", APP);
    List<String> first = fleet.busy(APP);
    fleet.fails(first.get(0), APP, PullReason.NOT_FOUND);
    fleet.holds(first.get(1), APP, "a");
    assertThat(fleet.busy(APP)).isEmpty();
    fleet.says(first.get(0), APP, ImageState.WAITING);

    fleet.holds(first.get(0), APP, "a");

    assertThat(fleet.busy(APP)).hasSize(2);
    assertThat(fleet.wave(APP).stalledBecause()).isNull();
  }

  @Test
  void aFailureThatLiesWithTheNodeSaysNothingOfTheImage() {
    TestFleet fleet = locked(6, "maxNodesPulling: 1, failureTolerance: 0", APP);

    fleet.fails(fleet.busy(APP).getFirst(), APP, PullReason.RUNTIME_UNAVAILABLE);

    assertThat(fleet.busy(APP)).hasSize(1);
    assertThat(fleet.wave(APP).phase()).isEqualTo(Phase.WIDENING);
  }

  @Test
  void oneBadImageHoldsUpNoOther() {
    TestFleet fleet = locked(4, "failureTolerance: 0", "bad:1", "good:1");

    fleet.fails(fleet.busy("bad:1").getFirst(), "bad:1", PullReason.NOT_FOUND);
    fleet.holds(fleet.busy("good:1").getFirst(), "good:1", "a");

    assertThat(fleet.busy("bad:1")).isEmpty();
    assertThat(fleet.busy("good:1")).hasSize(1);
  }

  @Test
  void oneBadNodeHoldsUpNoOther() {
    TestFleet fleet = locked(5, "maxNodesPulling: 1, failureTolerance: 1", APP);
    String bad = fleet.busy(APP).getFirst();

    for (int i = 0; i < 3; i++) {
      fleet.fails(bad, APP, PullReason.UNAUTHORIZED);
      fleet.says(bad, APP, ImageState.WAITING);
      fleet.holds(fleet.busy(APP).getFirst(), APP, "a");
    }

    assertThat(fleet.busy(APP)).containsExactly(bad);
  }

  @Test
  void aNewLockForgetsTheFailuresOfTheOneBefore() {
    TestFleet fleet = locked(3, "failureTolerance: 0", APP);
    fleet.fails(fleet.busy(APP).getFirst(), APP, PullReason.NOT_FOUND);
    assertThat(fleet.wave(APP).phase()).isEqualTo(Phase.STALLED);

    fleet.list("images: ['docker.io/library/app:1']");

    assertThat(fleet.wave(APP).phase()).isNotEqualTo(Phase.STALLED);
  }

  // --- drift ---

  @Test
  void aNodeThatHoldsAnotherDigestConvergesThroughTheWave() {
    TestFleet fleet = locked(3, "maxNodesPulling: 1", APP);
    fleet.holds(fleet.busy(APP).getFirst(), APP, "a");
    fleet.holds(fleet.busy(APP).getFirst(), APP, "a");
    assertThat(fleet.wave(APP).phase()).isEqualTo(Phase.COMPLETE);
    fleet.told();

    fleet.holds("n2", APP, "b");

    assertThat(fleet.permitted()).containsExactly("n2 CONVERGE app:1");
    assertThat(fleet.wave(APP).phase()).isEqualTo(Phase.WIDENING);
  }

  @Test
  void driftThatIsOnlyReportedGetsNoPermit() {
    TestFleet fleet = fleet(2, "", "{image: 'app:1', onDrift: Report}");
    fleet.holds("n1", APP, "a").holds("n2", APP, "a").told();

    fleet.holds("n2", APP, "b");

    assertThat(fleet.told()).isEmpty();
    assertThat(fleet.wave(APP).phase()).isEqualTo(Phase.WIDENING);
  }

  @Test
  void aMissingImageIsPulledWhateverOnDriftSays() {
    TestFleet fleet = fleet(2, "", "{image: 'app:1', onDrift: Report}");
    fleet.holds("n1", APP, "a").holds("n2", APP, "a").told();

    fleet.says("n2", APP, ImageState.WAITING);

    assertThat(fleet.permitted()).containsExactly("n2 CONVERGE app:1");
  }

  @Test
  void aRuntimeThatNeverGetsThereIsNotAskedInACircle() {
    TestFleet fleet = locked(2, "", APP);
    fleet.told();

    fleet.holds("n2", APP, "b");

    assertThat(fleet.after(Duration.ofSeconds(29)).told()).isEmpty();
    assertThat(fleet.after(Duration.ofSeconds(1)).permitted()).containsExactly("n2 CONVERGE app:1");
  }

  // --- repair, sizes ---

  @Test
  void anImageThatDisappearsIsPermittedAtOnce() {
    TestFleet fleet = fleet(2, "", APP).holds("n1", APP, "a").holds("n2", APP, "a");
    fleet.told();

    fleet.says("n2", APP, ImageState.WAITING);

    assertThat(fleet.permitted()).containsExactly("n2 CONVERGE app:1");
  }

  @Test
  void laterNodesAreToldWhatTheImageConsistsOf() {
    TestFleet fleet = fleet(3, "", APP).all(APP, ImageState.WAITING);
    List<ImageBlob> blobs = List.of(new ImageBlob(TestFleet.digest("e"), 1L << 30));
    String canary = fleet.busy(APP).getFirst();

    fleet.pulled(canary, APP, "a", blobs);

    assertThat(fleet.permit(fleet.busy(APP).getFirst(), APP).blobs()).isEqualTo(blobs);
    assertThat(fleet.stored(canary, APP).blobs()).isEmpty();
  }

  // --- no herd ---

  @Test
  void aFleetThatAttachesAtOnceGetsNoPermitBeforeItHasBeenHeard() {
    TestFleet fleet = new TestFleet().nodes(50).list("images: [app:1]");

    fleet.attachAll();
    for (int i = 1; i < 50; i++) {
      fleet.says("n" + i, APP, ImageState.WAITING);
    }
    assertThat(fleet.told()).isEmpty();

    fleet.says("n50", APP, ImageState.WAITING);
    assertThat(fleet.permitted()).hasSize(1);
  }

  @Test
  void afterARestartTheFleetIsHeardFirstThoughTheLockIsKnown() {
    TestFleet fleet = fleet(3, "maxNodesPulling: 100%", APP);
    fleet.holds("n1", APP, "a").holds("n2", APP, "a").holds("n3", APP, "a");

    fleet.restart().attach("n1").says("n1", APP, ImageState.WAITING);
    assertThat(fleet.permitted()).isEmpty();

    fleet.after(Settling.LIMIT);
    assertThat(fleet.permitted()).containsExactly("n1 CONVERGE app:1");
  }

  @Test
  void aFleetThatWasGoneAltogetherIsHeardAnew() {
    TestFleet fleet = fleet(2, "", APP).holds("n1", APP, "a").holds("n2", APP, "a");
    fleet.detach("n1").detach("n2").after(Duration.ofHours(1)).told();

    fleet.attach("n1").says("n1", APP, ImageState.WAITING);

    assertThat(fleet.permitted()).isEmpty();
    assertThat(fleet.after(Settling.LIMIT).permitted()).hasSize(1);
  }
}
