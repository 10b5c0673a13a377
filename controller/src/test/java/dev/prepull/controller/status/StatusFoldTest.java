package dev.prepull.controller.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.prepull.controller.plan.DigestLock;
import dev.prepull.controller.status.RolloutStatus.Failure;
import dev.prepull.controller.status.RolloutStatus.ImageStatus;
import dev.prepull.controller.status.WaveStatus.Phase;
import dev.prepull.model.DriftPolicy;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImagePolicy;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.NodeName;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlannedImage;
import dev.prepull.model.PullProblem;
import dev.prepull.model.PullReason;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What plans and reports amount to. */
class StatusFoldTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final ImageReference NGINX = ImageReference.parse("nginx:1");
  private static final ImageReference REDIS = ImageReference.parse("redis:7");
  private static final ImageDigest ONE = new ImageDigest("sha256:" + "1".repeat(64));
  private static final ImageDigest TWO = new ImageDigest("sha256:" + "2".repeat(64));

  private final Map<NodeName, NodePlan> plans = new HashMap<>();
  private final Map<NodeName, Observation.Holdings> holdings = new HashMap<>();
  private final Map<ImageReference, WaveStatus> waves = new HashMap<>();
  private ImagePolicy policy = ImagePolicy.DEFAULT;

  private void locked(ImageReference reference, ImageDigest digest) {
    waves.put(
        reference,
        new WaveStatus(
            new DigestLock(reference, digest, NOW.plusMillis(5), "n1", NOW),
            Phase.WIDENING,
            null,
            null));
  }

  private void node(String name, List<ImageReference> planned, ImageReport... reports) {
    plan(name, planned);
    Map<ImageReference, ImageReport> byImage = new HashMap<>();
    Arrays.stream(reports).forEach(report -> byImage.put(report.reference(), report));
    holdings.put(new NodeName(name), new Observation.Holdings(byImage));
  }

  private void plan(String name, List<ImageReference> planned) {
    plans.put(
        new NodeName(name),
        NodePlan.of(
            planned.stream().map(reference -> new PlannedImage(reference, policy)).toList()));
  }

  private static ImageReport present(ImageReference reference, @Nullable ImageDigest digest) {
    return ImageReport.present(reference, digest, 1);
  }

  private static ImageReport drifted(ImageDigest digest) {
    return present(NGINX, digest)
        .withState(ImageState.DRIFTED)
        .withProblem(new PullProblem(PullReason.DRIFT, "another digest", 0, null));
  }

  private static ImageReport failed(PullReason reason, String message) {
    return ImageReport.troubled(
        NGINX, ImageState.FAILED, new PullProblem(reason, message, 3, NOW.plusSeconds(5)));
  }

  private RolloutStatus fold() {
    return StatusFold.of(observation());
  }

  private Observation observation() {
    return new Observation(
        NOW,
        List.of(),
        List.of(),
        plans,
        Map.of(NGINX, List.of("apps"), REDIS, List.of("apps", "other")),
        holdings,
        waves);
  }

  private PlanHolding holding(String node) {
    return Objects.requireNonNull(
        StatusFold.fold(observation()).holdings().get(new NodeName(node)));
  }

  private ImageStatus nginx() {
    return fold().images().stream()
        .filter(image -> image.image().equals("nginx:1"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void isIdenticalWhenEveryTargetedNodeHoldsTheLockedDigest() {
    locked(NGINX, ONE);
    node("n1", List.of(NGINX), present(NGINX, ONE));
    node("n2", List.of(NGINX), present(NGINX, ONE));
    node("n3", List.of(REDIS));

    assertThat(nginx().identical()).isTrue();
  }

  @Test
  void isNotIdenticalWithoutALock() {
    node("n1", List.of(NGINX), present(NGINX, ONE));
    node("n2", List.of(NGINX), present(NGINX, ONE));

    assertThat(nginx().identical()).isFalse();
    assertThat(nginx().digest()).isNull();
    assertThat(nginx().nodes().present()).isEqualTo(2);
  }

  @Test
  void isNotIdenticalWhileOneNodeIsMissingIt() {
    locked(NGINX, ONE);
    node("n1", List.of(NGINX), present(NGINX, ONE));
    node("n2", List.of(NGINX));

    assertThat(nginx().identical()).isFalse();
  }

  @Test
  void countsANodeThatCallsAnotherDigestPresentAsDrifted() {
    locked(NGINX, ONE);
    node("n1", List.of(NGINX), present(NGINX, ONE));
    node("n2", List.of(NGINX), present(NGINX, TWO));

    assertThat(nginx().identical()).isFalse();
    assertThat(nginx().nodes()).isEqualTo(new RolloutStatus.Counts(2, 1, 0, 0, 0, 0, 1, 0));
    assertThat(fold().nodes().complete()).isEqualTo(1);
  }

  @Test
  void countsANodeThatHoldsItWithoutADigestAsDrifted() {
    locked(NGINX, ONE);
    node("n1", List.of(NGINX), present(NGINX, null));

    assertThat(nginx().identical()).isFalse();
    assertThat(nginx().nodes().drifted()).isEqualTo(1);
  }

  @Test
  void isNotIdenticalWhenAllNodesAgreeOnAnotherDigestThanTheLockedOne() {
    locked(NGINX, ONE);
    node("n1", List.of(NGINX), present(NGINX, TWO));
    node("n2", List.of(NGINX), present(NGINX, TWO));

    assertThat(nginx().identical()).isFalse();
    assertThat(nginx().digest()).isEqualTo(ONE.value());
  }

  @Test
  void isNotIdenticalWhileANodeIsUnknown() {
    locked(NGINX, ONE);
    node("n1", List.of(NGINX), present(NGINX, ONE));
    plan("n2", List.of(NGINX));

    assertThat(nginx().identical()).isFalse();
    assertThat(nginx().nodes().unknown()).isEqualTo(1);
  }

  @Test
  void showsTheLockAndHowItWasFound() {
    locked(NGINX, ONE);

    assertThat(nginx())
        .extracting(ImageStatus::digest, ImageStatus::lockedAt, ImageStatus::lockedBy)
        .containsExactly(ONE.value(), NOW, "n1");
  }

  @Test
  void showsTheStageOfTheWaveAndWhyItStandsStill() {
    waves.put(NGINX, new WaveStatus(null, Phase.STALLED, "2 of 2 nodes failed", null));

    assertThat(nginx())
        .extracting(ImageStatus::phase, ImageStatus::stalled)
        .containsExactly("Stalled", "2 of 2 nodes failed");
  }

  @Test
  void showsAnImageThatNoNodeIsMeantToHold() {
    assertThat(nginx().nodes()).isEqualTo(new RolloutStatus.Counts(0, 0, 0, 0, 0, 0, 0, 0));
    assertThat(nginx().identical()).isFalse();
    assertThat(nginx().phase()).isEqualTo("Locking");
  }

  @Test
  void isNotIdenticalOnNoNodesAtAll() {
    locked(NGINX, ONE);

    assertThat(nginx().identical()).isFalse();
  }

  @Test
  void standsStillWhereDriftIsOnlyReported() {
    locked(NGINX, ONE);
    policy = reportingDrift();
    node("n1", List.of(NGINX), present(NGINX, ONE));
    node("n2", List.of(NGINX), drifted(TWO));

    assertThat(nginx().phase()).isEqualTo("Stalled");
    assertThat(nginx().stalled())
        .isEqualTo("onDrift: Report leaves another digest on 1 of 2 nodes");
    assertThat(nginx().failures()).extracting(Failure::reason).containsExactly("Drift");
  }

  @Test
  void doesNotStandStillWhileDriftIsOnlyReportedButOtherNodesMove() {
    locked(NGINX, ONE);
    policy = reportingDrift();
    node("n1", List.of(NGINX), drifted(TWO));
    node("n2", List.of(NGINX), ImageReport.of(NGINX, ImageState.PULLING));

    assertThat(nginx().phase()).isEqualTo("Widening");
    assertThat(nginx().stalled()).isNull();
  }

  @Test
  void doesNotStandStillWhereDriftIsMended() {
    locked(NGINX, ONE);
    node("n1", List.of(NGINX), drifted(TWO));

    assertThat(nginx().stalled()).isNull();
  }

  private static ImagePolicy reportingDrift() {
    ImagePolicy standard = ImagePolicy.DEFAULT;
    return new ImagePolicy(
        standard.pullPolicy(),
        standard.priority(),
        standard.pin(),
        standard.maxSizeBytes(),
        standard.pullTimeout(),
        standard.onRemoval(),
        DriftPolicy.REPORT);
  }

  @Test
  void tellsThatTheRegistryCouldNotBeAskedAnew() {
    Failure look = new Failure("RateLimited", 1, "too many requests", List.of("n1"));
    waves.put(NGINX, new WaveStatus(null, Phase.COMPLETE, null, look));
    node("n1", List.of(NGINX), failed(PullReason.TIMEOUT, "no progress"));

    assertThat(nginx().failures())
        .extracting(Failure::reason)
        .containsExactly("Timeout", "RateLimited");
  }

  @Test
  void tellsAFailedLookOnceWhenItsNodeSaysItToo() {
    Failure look = new Failure("NotFound", 1, "the look", List.of("n1"));
    waves.put(NGINX, new WaveStatus(null, Phase.LOCKING, null, look));
    node("n1", List.of(NGINX), failed(PullReason.NOT_FOUND, "the node"));

    assertThat(nginx().failures()).extracting(Failure::message).containsExactly("the node");
  }

  @Test
  void groupsFailuresByReasonAndNamesTheFirstTenNodes() {
    IntStream.range(10, 25)
        .forEach(
            i -> node("n" + i, List.of(NGINX), failed(PullReason.NOT_FOUND, "no such tag, " + i)));
    node("n99", List.of(NGINX), failed(PullReason.UNAUTHORIZED, "who are you"));

    assertThat(nginx().failures())
        .containsExactly(
            new Failure("Unauthorized", 1, "who are you", List.of("n99")),
            new Failure(
                "NotFound",
                15,
                "no such tag, 10",
                IntStream.range(10, 20).mapToObj("n%d"::formatted).toList()));
    assertThat(nginx().nodes().failed()).isEqualTo(16);
  }

  @Test
  void tellsAProblemOfANodeThatHasNotGivenUp() {
    node(
        "n1",
        List.of(NGINX),
        ImageReport.troubled(
            NGINX,
            ImageState.BLOCKED,
            new PullProblem(PullReason.DISK_PRESSURE, "no room", 1, null)));

    assertThat(nginx().nodes().blocked()).isEqualTo(1);
    assertThat(nginx().failures()).extracting(Failure::reason).containsExactly("DiskPressure");
  }

  @Test
  void countsNodesThatAreMeantAttachedAndComplete() {
    node("n1", List.of(NGINX, REDIS), present(NGINX, ONE), present(REDIS, TWO));
    node("n2", List.of(NGINX, REDIS), present(NGINX, ONE));
    plan("n3", List.of(NGINX));
    node("n4", List.of());

    assertThat(fold().nodes()).isEqualTo(new RolloutStatus.Nodes(3, 2, 1));
  }

  @Test
  void ignoresReportsOfImagesThatAreNotPlanned() {
    node("n1", List.of(NGINX), present(NGINX, ONE), present(REDIS, TWO));

    assertThat(fold().images()).extracting(image -> image.nodes().desired()).containsExactly(1, 0);
  }

  @Test
  void sortsImagesByNameAndNamesTheirLists() {
    assertThat(fold().images())
        .extracting(ImageStatus::image, ImageStatus::lists)
        .containsExactly(
            tuple("nginx:1", List.of("apps")), tuple("redis:7", List.of("apps", "other")));
  }

  @Test
  void foldsFiveThousandImages() {
    List<ImageReference> many =
        IntStream.range(0, 5_000).mapToObj(i -> ImageReference.parse("r/app:" + i)).toList();
    ImageReport[] reports =
        many.stream().map(image -> present(image, ONE)).toArray(ImageReport[]::new);
    many.forEach(image -> locked(image, ONE));
    IntStream.range(0, 20).forEach(i -> node("n" + i, many, reports));

    assertThat(fold().images()).filteredOn(ImageStatus::identical).hasSize(5_000);
  }

  @Test
  void aPlanIsHeldWhenEveryImageIsAsLocked() {
    locked(NGINX, ONE);
    locked(REDIS, TWO);
    node("n1", List.of(NGINX, REDIS), present(NGINX, ONE), present(REDIS, TWO));
    node("n2", List.of(NGINX), present(NGINX, ONE).withState(ImageState.PULLING));

    assertThat(holding("n1")).isEqualTo(PlanHolding.HELD);
    assertThat(holding("n2")).isEqualTo(PlanHolding.HELD);
  }

  @Test
  void aPlanWithoutImagesIsHeldEvenWithoutAnAgent() {
    plan("n1", List.of());

    assertThat(holding("n1")).isEqualTo(PlanHolding.HELD);
  }

  @Test
  void aPlanIsLackingWhenOneImageIsMissingOrAnotherThanLocked() {
    locked(NGINX, ONE);
    locked(REDIS, TWO);
    node("n1", List.of(NGINX), ImageReport.of(NGINX, ImageState.PULLING));
    node("n2", List.of(NGINX, REDIS), present(NGINX, ONE), present(REDIS, ONE));
    node("n3", List.of(NGINX), failed(PullReason.NOT_FOUND, "gone"));

    assertThat(holding("n1")).isEqualTo(PlanHolding.LACKING);
    assertThat(holding("n2")).isEqualTo(PlanHolding.LACKING);
    assertThat(holding("n3")).isEqualTo(PlanHolding.LACKING);
  }

  @Test
  void nothingIsKnownOfANodeThatHasNotSpokenOfEveryImage() {
    locked(NGINX, ONE);
    locked(REDIS, TWO);
    plan("n1", List.of(NGINX));
    node("n2", List.of(NGINX, REDIS), present(NGINX, ONE));
    node("n3", List.of(NGINX, REDIS), ImageReport.of(NGINX, ImageState.WAITING));

    assertThat(holding("n1")).isEqualTo(PlanHolding.UNKNOWN);
    assertThat(holding("n2")).isEqualTo(PlanHolding.UNKNOWN);
    assertThat(holding("n3")).isEqualTo(PlanHolding.LACKING);
  }

  @Test
  void nobodyKnowsWhetherWhatIsThereIsRightBeforeItIsLocked() {
    node("n1", List.of(NGINX), present(NGINX, ONE));

    assertThat(holding("n1")).isEqualTo(PlanHolding.UNKNOWN);
  }
}
