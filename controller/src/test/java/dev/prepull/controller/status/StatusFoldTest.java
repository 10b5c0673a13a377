package dev.prepull.controller.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.prepull.controller.status.RolloutStatus.Failure;
import dev.prepull.controller.status.RolloutStatus.ImageStatus;
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
            planned.stream()
                .map(reference -> new PlannedImage(reference, ImagePolicy.DEFAULT))
                .toList()));
  }

  private static ImageReport present(ImageReference reference, @Nullable ImageDigest digest) {
    return ImageReport.present(reference, digest, 1);
  }

  private static ImageReport failed(PullReason reason, String message) {
    return ImageReport.troubled(
        NGINX, ImageState.FAILED, new PullProblem(reason, message, 3, NOW.plusSeconds(5)));
  }

  private RolloutStatus fold() {
    return StatusFold.of(
        new Observation(
            NOW,
            List.of(),
            plans,
            Map.of(NGINX, List.of("apps"), REDIS, List.of("apps", "other")),
            holdings));
  }

  private ImageStatus nginx() {
    return fold().images().stream()
        .filter(image -> image.image().equals("nginx:1"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void isIdenticalWhenEveryTargetedNodeHoldsTheSameDigest() {
    node("n1", List.of(NGINX), present(NGINX, ONE));
    node("n2", List.of(NGINX), present(NGINX, ONE));
    node("n3", List.of(REDIS));

    assertThat(nginx().identical()).isTrue();
    assertThat(nginx().digest()).isEqualTo(ONE.value());
  }

  @Test
  void isNotIdenticalWhileOneNodeIsMissingIt() {
    node("n1", List.of(NGINX), present(NGINX, ONE));
    node("n2", List.of(NGINX));

    assertThat(nginx().identical()).isFalse();
    assertThat(nginx().digest()).isEqualTo(ONE.value());
  }

  @Test
  void isNotIdenticalWhenDigestsDiffer() {
    node("n1", List.of(NGINX), present(NGINX, ONE));
    node("n2", List.of(NGINX), present(NGINX, TWO));

    assertThat(nginx().identical()).isFalse();
    assertThat(nginx().digest()).isNull();
    assertThat(nginx().nodes().present()).isEqualTo(2);
  }

  @Test
  void isNotIdenticalWhenANodeHoldsItWithoutADigest() {
    node("n1", List.of(NGINX), present(NGINX, ONE));
    node("n2", List.of(NGINX), present(NGINX, null));

    assertThat(nginx().identical()).isFalse();
    assertThat(nginx().digest()).isNull();
  }

  @Test
  void isNotIdenticalWhileANodeIsUnknown() {
    node("n1", List.of(NGINX), present(NGINX, ONE));
    plan("n2", List.of(NGINX));

    assertThat(nginx().identical()).isFalse();
    assertThat(nginx().nodes().unknown()).isEqualTo(1);
  }

  @Test
  void showsAnImageThatNoNodeIsMeantToHold() {
    assertThat(nginx().nodes()).isEqualTo(new RolloutStatus.Counts(0, 0, 0, 0, 0, 0, 0, 0));
    assertThat(nginx().identical()).isFalse();
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
}
