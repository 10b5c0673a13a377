package dev.prepull.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The order and the revision of a plan. */
class NodePlanTest {

  private static final ImageReference APP = ImageReference.parse("app");
  private static final ImagePolicy STANDARD = ImagePolicy.DEFAULT;
  private static final Duration TIMEOUT = STANDARD.pullTimeout();
  private static final PlannedImage PLANNED = image(APP, policy(0, false, 5L, TIMEOUT));

  @Test
  void ordersByPriorityThenName() {
    NodePlan plan =
        NodePlan.of(List.of(image("b", 0), image("a", 0), image("c", 5), image("d", -1)));

    assertThat(plan.images())
        .extracting(planned -> planned.reference().written())
        .containsExactly("c", "a", "b", "d");
  }

  @Test
  void hasTheSameRevisionInWhateverOrderItsImagesCome() {
    List<PlannedImage> images =
        new ArrayList<>(IntStream.range(0, 50).mapToObj(i -> image("app" + i, i % 3)).toList());
    NodePlan plan = NodePlan.of(images);

    Collections.shuffle(images, new Random(1));

    assertThat(NodePlan.of(images)).isEqualTo(plan);
  }

  @Test
  void hasTheSameRevisionInEveryProcess() {
    assertThat(NodePlan.EMPTY.revision()).isEqualTo(new PlanRevision("e3b0c44298fc1c14"));
    assertThat(NodePlan.of(List.of(image("nginx", 0))).revision())
        .isEqualTo(new PlanRevision("261f12dac608a016"));
  }

  static List<PlannedImage> otherwisePlanned() {
    return List.of(
        image(ImageReference.parse("other"), PLANNED.policy()),
        image(ImageReference.parse("docker.io/library/app"), PLANNED.policy()),
        image(APP, policy(1, false, 5L, TIMEOUT)),
        image(APP, policy(0, true, 5L, TIMEOUT)),
        image(APP, policy(0, false, 6L, TIMEOUT)),
        image(APP, policy(0, false, null, TIMEOUT)),
        image(APP, policy(0, false, 5L, TIMEOUT.plusMillis(1))),
        image(APP, with(PullPolicy.ALWAYS, STANDARD.onRemoval(), STANDARD.onDrift())),
        image(APP, with(STANDARD.pullPolicy(), RemovalPolicy.DELETE, STANDARD.onDrift())),
        image(APP, with(STANDARD.pullPolicy(), STANDARD.onRemoval(), DriftPolicy.REPORT)));
  }

  @ParameterizedTest
  @MethodSource("otherwisePlanned")
  void hasAnotherRevisionWhenAnyFieldDiffers(PlannedImage other) {
    assertThat(revision(other)).isNotEqualTo(revision(PLANNED));
  }

  @Test
  void hasAnotherRevisionWithOneImageMoreOrLess() {
    PlannedImage more = image("more", 0);

    assertThat(revision(PLANNED, more)).isNotIn(revision(PLANNED), revision(more), revision());
  }

  private static PlanRevision revision(PlannedImage... images) {
    return NodePlan.of(List.of(images)).revision();
  }

  private static PlannedImage image(String reference, int priority) {
    return image(ImageReference.parse(reference), policy(priority, false, null, TIMEOUT));
  }

  private static PlannedImage image(ImageReference reference, ImagePolicy policy) {
    return new PlannedImage(reference, policy);
  }

  private static ImagePolicy policy(
      int priority, boolean pin, @Nullable Long maxSizeBytes, Duration pullTimeout) {
    return new ImagePolicy(
        STANDARD.pullPolicy(),
        priority,
        pin,
        maxSizeBytes,
        pullTimeout,
        STANDARD.onRemoval(),
        STANDARD.onDrift());
  }

  private static ImagePolicy with(
      PullPolicy pullPolicy, RemovalPolicy onRemoval, DriftPolicy onDrift) {
    return new ImagePolicy(pullPolicy, 0, false, 5L, TIMEOUT, onRemoval, onDrift);
  }
}
