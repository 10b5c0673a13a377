package dev.prepull.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.plan.DigestLock;
import dev.prepull.controller.status.WaveStatus.Phase;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.PullReason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How the digest of an image is found, and when it is found anew. */
class LockRulesTest {

  private static final String APP = "app:1";
  private static final String FIXED = "app@sha256:" + "d".repeat(64);

  private static TestFleet fleet(int nodes, String... images) {
    return new TestFleet()
        .nodes(nodes)
        .list("rollout: {maxNodesPulling: 100%}", "images: [" + String.join(", ", images) + "]");
  }

  // --- rule 1 ---

  @Test
  void aReferenceWithADigestLocksItself() {
    TestFleet fleet = fleet(2, "'" + FIXED + "'");

    assertThat(fleet.lock(FIXED)).isEqualTo("d");
    assertThat(fleet.wave(FIXED).lock())
        .extracting(DigestLock::lockedBy)
        .isEqualTo("the reference");
  }

  @Test
  void nobodyLooksAtAReferenceWithADigest() {
    TestFleet fleet =
        fleet(2, "{image: '" + FIXED + "', pullPolicy: Always, refreshInterval: 1m}")
            .attachAll()
            .all(FIXED, ImageState.WAITING);

    fleet.after(Duration.ofHours(1));

    assertThat(fleet.permitted()).isNotEmpty().noneMatch(line -> line.contains("LOOK"));
  }

  @Test
  void aReferenceWithADigestBelievesNoStoredLockThatSaysOtherwise() {
    TestFleet fleet =
        new TestFleet(
            List.of(
                new DigestLock(
                    ImageReference.parse(FIXED),
                    TestFleet.digest("a"),
                    Instant.EPOCH,
                    "n1",
                    Instant.EPOCH)));

    fleet.nodes(1).list("images: ['" + FIXED + "']");

    assertThat(fleet.lock(FIXED)).isEqualTo("d");
  }

  // --- rule 2 ---

  @Test
  void theDigestOnWhichAllHoldersAgreeIsTheLockAndNobodyPullsWhoHasIt() {
    TestFleet fleet = fleet(3, APP).attachAll().holds("n1", APP, "a").holds("n2", APP, "a");

    fleet.says("n3", APP, ImageState.WAITING);

    assertThat(fleet.lock(APP)).isEqualTo("a");
    assertThat(fleet.permitted()).containsExactly("n3 CONVERGE app:1");
  }

  @Test
  void agreementWaitsUntilAllNodesHaveBeenHeard() {
    TestFleet fleet = fleet(3, APP).attachAll();

    fleet.holds("n1", APP, "a").holds("n2", APP, "a");

    assertThat(fleet.lock(APP)).isEqualTo("?");
    assertThat(fleet.told()).isEmpty();
  }

  @Test
  void agreementWaitsThreeSecondsForNodesThatAreAway() {
    TestFleet fleet = fleet(3, APP).attach("n1").holds("n1", APP, "a");

    fleet.after(Duration.ofMillis(2999));
    assertThat(fleet.lock(APP)).isEqualTo("?");

    fleet.after(Duration.ofMillis(1));
    assertThat(fleet.lock(APP)).isEqualTo("a");
  }

  @Test
  void aHolderWithoutADigestDoesNotAgree() {
    TestFleet fleet = fleet(2, APP).attachAll().holds("n1", APP, "a");

    fleet.says("n2", APP, ImageState.PRESENT);

    assertThat(fleet.lock(APP)).isEqualTo("?");
    assertThat(fleet.permitted()).singleElement().asString().contains("LOOK");
  }

  // --- rule 3 ---

  @Test
  void whatACanaryGetsFromTheRegistryIsTheLock() {
    TestFleet fleet = fleet(3, APP).attachAll().all(APP, ImageState.WAITING);
    String canary = fleet.busy(APP).getFirst();
    assertThat(fleet.permitted()).containsExactly(canary + " LOOK app:1");

    fleet.holds(canary, APP, "c");

    assertThat(fleet.lock(APP)).isEqualTo("c");
    assertThat(fleet.wave(APP).lock()).extracting(DigestLock::lockedBy).isEqualTo(canary);
    assertThat(fleet.permitted()).hasSize(2).allMatch(line -> line.contains("CONVERGE"));
  }

  @Test
  void ofTwoCanariesTheFirstDecidesAndTheOtherConverges() {
    TestFleet fleet =
        new TestFleet()
            .nodes(2)
            .list("rollout: {canaryNodes: 2, maxNodesPulling: 2}", "images: [app:1]")
            .attachAll()
            .all(APP, ImageState.WAITING);
    List<String> canaries = fleet.busy(APP);
    fleet.holds(canaries.getFirst(), APP, "a");
    fleet.told();

    fleet.holds(canaries.getLast(), APP, "b");

    assertThat(fleet.lock(APP)).isEqualTo("a");
    assertThat(fleet.permit(canaries.getLast(), APP).purpose()).hasToString("CONVERGE");
  }

  @Test
  void aStaleHolderThatComesWhileACanaryLooksDoesNotDecide() {
    TestFleet fleet = fleet(3, APP).attach("n1", "n2").all(APP, ImageState.WAITING);
    fleet.after(Settling.LIMIT);
    String canary = fleet.busy(APP).getFirst();

    fleet.attach("n3").holds("n3", APP, "b");
    assertThat(fleet.lock(APP)).isEqualTo("?");

    fleet.holds(canary, APP, "a");
    assertThat(fleet.lock(APP)).isEqualTo("a");
  }

  @Test
  void aLookThatTellsNothingOnAHolderIsNotRepeatedAtOnce() {
    TestFleet fleet = fleet(2, APP).attachAll().holds("n1", APP, "a").holds("n2", APP, "b");
    String canary = fleet.busy(APP).getFirst();
    fleet.told();

    fleet.says(
        canary,
        ImageReport.present(ImageReference.parse(APP), TestFleet.digest("a"), 1)
            .withProblem(TestFleet.problem(PullReason.ERR_IMAGE_PULL)));

    assertThat(fleet.after(Duration.ofSeconds(9)).told()).isEmpty();
    assertThat(fleet.after(Duration.ofSeconds(1)).permitted()).hasSize(1);
  }

  // --- rule 4 ---

  private static TestFleet restless() {
    return fleet(3, "{image: app:1, pullPolicy: Always, refreshInterval: 10m}")
        .attachAll()
        .holds("n1", APP, "a")
        .holds("n2", APP, "a")
        .holds("n3", APP, "a");
  }

  @Test
  void anImageUnderAlwaysIsLookedAtByOneNodeEveryInterval() {
    TestFleet fleet = restless();
    fleet.told();

    fleet.after(Duration.ofMinutes(10));
    List<String> first = fleet.permitted();
    fleet.holds(fleet.busy(APP).getFirst(), APP, "a");
    fleet.after(Duration.ofMinutes(10).minusMillis(1));
    List<String> between = fleet.permitted();
    fleet.after(Duration.ofMillis(1));

    assertThat(first).singleElement().asString().contains("LOOK");
    assertThat(between).isEmpty();
    assertThat(fleet.permitted()).singleElement().asString().contains("LOOK");
  }

  @Test
  void anImageUnderIfNotPresentIsNeverLookedAtAgain() {
    TestFleet fleet = fleet(1, APP).attachAll().holds("n1", APP, "a");
    fleet.told();

    fleet.after(Duration.ofDays(30));

    assertThat(fleet.told()).isEmpty();
  }

  @Test
  void aMovedTagMakesANewLockAndANewWave() {
    TestFleet fleet = restless().after(Duration.ofMinutes(10));
    String canary = fleet.busy(APP).getFirst();
    fleet.told();

    fleet.holds(canary, APP, "b");

    assertThat(fleet.lock(APP)).isEqualTo("b");
    assertThat(fleet.wave(APP).phase()).isEqualTo(Phase.WIDENING);
    assertThat(fleet.told())
        .contains("n1 lock app:1 b", "n2 lock app:1 b", "n3 lock app:1 b")
        .filteredOn(line -> line.contains("CONVERGE"))
        .hasSize(2);
  }

  @Test
  void aTagThatHasNotMovedKeepsItsLockAndTheTimeOfIt() {
    TestFleet fleet = restless();
    Instant lockedAt = fleet.now;
    fleet.after(Duration.ofMinutes(10));

    fleet.holds(fleet.busy(APP).getFirst(), APP, "a");

    DigestLock lock = fleet.wave(APP).lock();
    assertThat(lock).extracting(DigestLock::lockedAt).isEqualTo(lockedAt);
    assertThat(lock).extracting(DigestLock::lookedAt).isEqualTo(fleet.now);
  }

  @Test
  void aFailedLookIsShownUntilOneSucceedsAndSaysNothingOfTheNode() {
    TestFleet fleet = restless().after(Duration.ofMinutes(10));
    String canary = fleet.busy(APP).getFirst();

    fleet.says(
        canary,
        ImageReport.present(ImageReference.parse(APP), TestFleet.digest("a"), 1)
            .withProblem(TestFleet.problem(PullReason.UNAUTHORIZED)));

    assertThat(fleet.stored(canary, APP).problem()).isNull();
    assertThat(fleet.wave(APP).phase()).isEqualTo(Phase.COMPLETE);
    assertThat(fleet.wave(APP).lookFailure())
        .satisfies(failure ->
            assertThat(failure)
                .hasToString(
                    "Failure[reason=Unauthorized, count=1, message=it failed, nodes=[%s]]"
                        .formatted(canary)));

    fleet.after(Duration.ofSeconds(10));
    String other = fleet.busy(APP).getFirst();
    assertThat(other).isNotEqualTo(canary);
    fleet.holds(other, APP, "a");
    assertThat(fleet.wave(APP).lookFailure()).isNull();
  }

  @Test
  void aLookThatFindsThePinUnsupportedHasSucceeded() {
    TestFleet fleet = restless().after(Duration.ofMinutes(10));

    fleet.says(
        fleet.busy(APP).getFirst(),
        ImageReport.present(ImageReference.parse(APP), TestFleet.digest("b"), 1)
            .withProblem(TestFleet.problem(PullReason.PIN_UNSUPPORTED)));

    assertThat(fleet.lock(APP)).isEqualTo("b");
  }

  // --- how long a lock lasts ---

  @Test
  void anEditThatTouchesTheImageLocksItAnew() {
    TestFleet fleet = fleet(2, "app").attachAll().holds("n1", "app", "a").holds("n2", "app", "a");
    fleet.says("n2", ImageReport.present(ImageReference.parse("app"), TestFleet.digest("b"), 1));
    assertThat(fleet.lock("app")).isEqualTo("a");

    fleet.list("images: ['docker.io/library/app']");

    assertThat(fleet.lock("app")).isEqualTo("?");
  }

  @Test
  void anEditThatDoesNotTouchTheImageKeepsTheLock() {
    TestFleet fleet = fleet(1, "app").attachAll().holds("n1", "app", "a");
    DigestLock before = fleet.wave("app").lock();

    fleet.list("images: [{image: app, priority: 5, pullPolicy: Always}, other]");

    assertThat(fleet.wave("app").lock()).isEqualTo(before);
  }

  @Test
  void aLockGoesWhenItsImageLeavesAllLists() {
    TestFleet fleet = fleet(1, APP, "other").attachAll().holds("n1", APP, "a");

    fleet.list("images: [other]");

    assertThat(fleet.rollouts.locks()).isEmpty();
  }

  @Test
  void aNodeThatJoinsLongAfterTheTagHasMovedGetsTheLockedDigest() {
    TestFleet fleet = fleet(2, APP).attach("n1").holds("n1", APP, "a").after(Settling.LIMIT);
    fleet.after(Duration.ofDays(365)).told();

    fleet.attach("n2").says("n2", APP, ImageState.WAITING);

    assertThat(fleet.told()).containsExactly("n2 lock app:1 a", "n2 CONVERGE app:1");
  }

  @Test
  void aLockOutlivesTheController() {
    TestFleet fleet = fleet(2, APP).attachAll().holds("n1", APP, "a").holds("n2", APP, "a");

    fleet.restart().attachAll().holds("n1", APP, "b").holds("n2", APP, "b");

    assertThat(fleet.lock(APP)).isEqualTo("a");
    assertThat(fleet.permitted()).isNotEmpty().allMatch(line -> line.contains("CONVERGE"));
  }

  @Test
  void anAnswerToAnOldQuestionDoesNotReplaceANewerLock() {
    TestFleet fleet = restless().after(Duration.ofMinutes(10));
    String canary = fleet.busy(APP).getFirst();
    fleet.list("images: [{image: 'docker.io/library/app:1', pullPolicy: Always}]");
    String lockedMeanwhile = fleet.lock(APP);

    fleet.holds(canary, APP, "b");

    assertThat(lockedMeanwhile).isEqualTo("?");
    assertThat(fleet.lock(APP)).isEqualTo("?");
  }
}
