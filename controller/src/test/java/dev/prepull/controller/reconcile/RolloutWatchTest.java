package dev.prepull.controller.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.status.RolloutStatus;
import dev.prepull.controller.status.RolloutStatus.Counts;
import dev.prepull.controller.status.RolloutStatus.Failure;
import dev.prepull.controller.status.RolloutStatus.ImageStatus;
import dev.prepull.controller.status.RolloutStatus.ListStatus;
import dev.prepull.controller.status.WaveStatus.Phase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The end of a rollout, or its standstill, is told once. */
class RolloutWatchTest {

  private static final int NODES = 4;
  private static final Counts NOBODY = new Counts(0, 0, 0, 0, 0, 0, 0, 0);
  private static final Counts ALL_PRESENT = new Counts(NODES, NODES, 0, 0, 0, 0, 0, 0);
  private static final Counts ONE_PULLING = new Counts(NODES, 3, 1, 0, 0, 0, 0, 0);
  private static final Counts ONE_WAITING = new Counts(NODES, 3, 0, 1, 0, 0, 0, 0);
  private static final Counts ONE_FAILED = new Counts(NODES, 3, 0, 0, 1, 0, 0, 0);
  private static final Counts ONE_BLOCKED = new Counts(NODES, 3, 0, 0, 0, 1, 0, 0);
  private static final Counts ONE_DRIFTED = new Counts(NODES, 3, 0, 0, 0, 0, 1, 0);
  private static final Counts ONE_UNKNOWN = new Counts(NODES, 3, 0, 0, 0, 0, 0, 1);
  private static final Counts ONE_FAILED_ONE_UNKNOWN = new Counts(NODES, 2, 0, 0, 1, 0, 0, 1);
  private static final Counts TWO_FAILED_TWO_WAITING = new Counts(NODES, 0, 0, 2, 2, 0, 0, 0);
  private static final Counts ONE_RETRIED = new Counts(NODES, 0, 1, 2, 1, 0, 0, 0);

  private final List<String> events = new ArrayList<>();
  private final RolloutWatch watch =
      new RolloutWatch((configMap, kind, message) ->
          events.add("%s %s: %s".formatted(configMap, kind.reason(), message)));

  private void apps(ImageStatus... images) {
    lists(List.of("apps"), images);
  }

  private void lists(List<String> names, ImageStatus... images) {
    watch.observe(
        new RolloutStatus(
            Instant.EPOCH,
            List.of(),
            names.stream()
                .map(name -> new ListStatus(name, "1", true, List.of(), List.of()))
                .toList(),
            new RolloutStatus.Nodes(NODES, NODES, 0),
            List.of(images)));
  }

  private static ImageStatus image(
      String list,
      String image,
      String digest,
      Counts nodes,
      @Nullable String stalled,
      String... reasons) {
    boolean identical = nodes.desired() > 0 && nodes.present() == nodes.desired();
    return new ImageStatus(
        image,
        List.of(list),
        digest,
        null,
        null,
        identical,
        (stalled != null ? Phase.STALLED : identical ? Phase.COMPLETE : Phase.WIDENING).word(),
        stalled,
        nodes,
        Arrays.stream(reasons)
            .map(reason -> new Failure(reason, 1, "why", List.of("n1")))
            .toList());
  }

  private static ImageStatus image(String image, Counts nodes, String... reasons) {
    return image("apps", image, "sha256:1", nodes, null, reasons);
  }

  private static ImageStatus stalled(String image, Counts nodes, String why, String... reasons) {
    return image("apps", image, "sha256:1", nodes, why, reasons);
  }

  private static ImageStatus unlocked(String image) {
    return new ImageStatus(
        image,
        List.of("apps"),
        null,
        null,
        null,
        false,
        Phase.LOCKING.word(),
        null,
        ALL_PRESENT,
        List.of());
  }

  private static String complete(int images) {
    return "apps RolloutComplete: Every targeted node holds every one of the %d images with its locked digest"
        .formatted(images);
  }

  @Test
  void tellsOnceThatEveryNodeHoldsEveryImage() {
    apps(image("a:1", ONE_PULLING), image("b:1", ONE_WAITING));
    apps(image("a:1", ALL_PRESENT), image("b:1", ONE_WAITING));
    apps(image("a:1", ALL_PRESENT), image("b:1", ALL_PRESENT));
    apps(image("a:1", ALL_PRESENT), image("b:1", ALL_PRESENT));

    assertThat(events).containsExactly(complete(2));
  }

  @Test
  void tellsNothingWhileThereIsNoLockAlthoughEveryNodeHoldsTheImage() {
    apps(unlocked("a:1"));

    assertThat(events).isEmpty();
  }

  @Test
  void tellsItAgainAfterAnEditHasBeenRolledOut() {
    apps(image("a:1", ALL_PRESENT));
    apps(image("a:2", ONE_WAITING));
    apps(image("a:2", ALL_PRESENT));

    assertThat(events).containsExactly(complete(1), complete(1));
  }

  @Test
  void tellsItAgainAfterATagHasMoved() {
    apps(image("apps", "a:1", "sha256:1", ALL_PRESENT, null));
    apps(image("apps", "a:1", "sha256:2", ONE_DRIFTED, null));
    apps(image("apps", "a:1", "sha256:2", ALL_PRESENT, null));

    assertThat(events).hasSize(2);
  }

  @Test
  void tellsNothingOfALookOrARepairThatEndsWhereItBegan() {
    apps(image("a:1", ALL_PRESENT));
    Stream.of(ONE_PULLING, ONE_WAITING, ONE_DRIFTED, ONE_UNKNOWN)
        .forEach(moving -> {
          apps(image("a:1", moving));
          apps(image("a:1", ALL_PRESENT));
        });

    assertThat(events).containsExactly(complete(1));
  }

  @Test
  void tellsNothingWhileNoNodeIsMeant() {
    apps(image("a:1", NOBODY));

    assertThat(events).isEmpty();
  }

  @Test
  void needsNothingOfAnImageThatNoNodeIsMeantToHold() {
    apps(image("a:1", ALL_PRESENT), image("b:1", NOBODY));

    assertThat(events).containsExactly(complete(2));
  }

  @Test
  void tellsNothingOfAnEmptyList() {
    apps();

    assertThat(events).isEmpty();
  }

  @Test
  void tellsOnceThatItStandsStillHoweverOftenTheAgentTriesAgain() {
    for (int attempt = 0; attempt < 5; attempt++) {
      apps(image("a:1", ONE_FAILED, "NotFound"), image("b:1", ALL_PRESENT));
      apps(image("a:1", ONE_PULLING), image("b:1", ALL_PRESENT));
    }

    assertThat(events).containsExactly("apps RolloutStalled: a:1: NotFound on 1 of 4 nodes");
  }

  @Test
  void tellsAgainWhenAnotherReasonAppears() {
    apps(image("a:1", ONE_FAILED, "NotFound"));
    apps(image("a:1", ONE_BLOCKED, "DiskPressure"));

    assertThat(events)
        .containsExactly(
            "apps RolloutStalled: a:1: NotFound on 1 of 4 nodes",
            "apps RolloutStalled: a:1: DiskPressure on 1 of 4 nodes");
  }

  @Test
  void tellsAgainWhenAnotherImageStandsStill() {
    apps(image("a:1", ONE_FAILED, "NotFound"));
    apps(image("a:2", ONE_FAILED, "NotFound"));

    assertThat(events)
        .containsExactly(
            "apps RolloutStalled: a:1: NotFound on 1 of 4 nodes",
            "apps RolloutStalled: a:2: NotFound on 1 of 4 nodes");
  }

  @Test
  void tellsNothingOfAFailureWhileAnAgentIsAway() {
    apps(image("a:1", ONE_FAILED_ONE_UNKNOWN, "NotFound"));

    assertThat(events).isEmpty();
  }

  @Test
  void tellsTheEndOfAStandstill() {
    apps(image("a:1", ALL_PRESENT));
    apps(image("a:1", ONE_FAILED, "NotFound"));
    apps(image("a:1", ALL_PRESENT));

    assertThat(events).hasSize(3).last().isEqualTo(complete(1));
  }

  @Test
  void tellsAtOnceThatAWaveHasStoppedWhateverElseMoves() {
    apps(
        stalled("a:1", TWO_FAILED_TWO_WAITING, "2 nodes failed, 1 is tolerated", "NotFound"),
        image("b:1", ONE_PULLING),
        image("c:1", ONE_FAILED, "Timeout"));

    assertThat(events)
        .containsExactly(
            "apps RolloutStalled: a:1: held back on 2 of 4 nodes: 2 nodes failed, 1 is tolerated; NotFound on 1: why");
  }

  @Test
  void tellsOnceThatAWaveHasStoppedHoweverOftenItIsTriedAgain() {
    for (int attempt = 0; attempt < 5; attempt++) {
      apps(stalled("a:1", TWO_FAILED_TWO_WAITING, "2 nodes failed", "NotFound"));
      apps(stalled("a:1", ONE_RETRIED, "2 nodes failed, attempt " + attempt));
    }

    assertThat(events).hasSize(1);
  }

  @Test
  void tellsAgainWhenAWaveThatHadGoneOnStopsAnew() {
    apps(stalled("a:1", TWO_FAILED_TWO_WAITING, "2 nodes failed", "NotFound"));
    apps(image("a:1", ONE_PULLING));
    apps(stalled("a:1", TWO_FAILED_TWO_WAITING, "2 nodes failed", "NotFound"));

    assertThat(events).hasSize(2);
  }

  @Test
  void tellsThatAFailureHasBecomeAStandstill() {
    apps(image("a:1", ONE_FAILED, "NotFound"));
    apps(stalled("a:1", TWO_FAILED_TWO_WAITING, "2 nodes failed", "NotFound"));

    assertThat(events)
        .hasSize(2)
        .last()
        .isEqualTo(
            "apps RolloutStalled: a:1: held back on 2 of 4 nodes: 2 nodes failed; NotFound on 1: why");
  }

  @Test
  void namesFiveOfManyThatStandStill() {
    apps(
        Stream.of("a:1", "b:1", "c:1", "d:1", "e:1", "f:1", "g:1")
            .map(image -> image(image, ONE_FAILED, "Unauthorized"))
            .toArray(ImageStatus[]::new));

    assertThat(events)
        .singleElement()
        .asString()
        .endsWith("e:1: Unauthorized on 1 of 4 nodes; and 2 more");
  }

  @Test
  void tellsOfEachListByItself() {
    lists(
        List.of("apps", "other"),
        image("apps", "a:1", "sha256:1", ALL_PRESENT, null),
        image("other", "b:1", "sha256:1", ONE_FAILED, null, "NotFound"));

    assertThat(events)
        .containsExactly(complete(1), "other RolloutStalled: b:1: NotFound on 1 of 4 nodes");
  }

  @Test
  void tellsItAgainOfAListThatWasDeletedAndMadeAnew() {
    apps(image("a:1", ONE_FAILED, "NotFound"));
    lists(List.of());
    apps(image("a:1", ONE_FAILED, "NotFound"));

    assertThat(events).hasSize(2);
  }
}
