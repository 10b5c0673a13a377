package dev.prepull.controller.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.plan.DigestLock;
import dev.prepull.controller.status.LockJson;
import dev.prepull.controller.status.RolloutStatus;
import dev.prepull.controller.status.RolloutStatus.Counts;
import dev.prepull.controller.status.RolloutStatus.Failure;
import dev.prepull.controller.status.RolloutStatus.ImageStatus;
import dev.prepull.controller.status.RolloutStatus.ListStatus;
import dev.prepull.controller.status.StatusJson;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Status and locks find room in one ConfigMap, however long the lists are. */
class StatusDocumentTest {

  private static final int LIMIT = 960 * 1024;
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final String DIGEST = "sha256:" + "1".repeat(64);
  private static final IntFunction<String> SHORT =
      "registry.example.com/team/app-%05d:1.27.3"::formatted;
  private static final IntFunction<String> LONG =
      i -> "registry.example.com/" + "a".repeat(200) + "/%05d:1".formatted(i);

  private static RolloutStatus status(List<ListStatus> lists, List<ImageStatus> images) {
    return new RolloutStatus(NOW, List.of(), lists, new RolloutStatus.Nodes(3, 3, 3), images);
  }

  private static ListStatus list(String name, boolean accepted, List<String> texts) {
    return new ListStatus(
        name, "1", accepted, accepted ? List.of() : texts, accepted ? texts : List.of());
  }

  private static ImageStatus image(String image, boolean identical, List<Failure> failures) {
    return new ImageStatus(
        image,
        List.of("apps"),
        DIGEST,
        NOW,
        "node-1",
        identical,
        identical ? "Complete" : "Widening",
        null,
        new Counts(3, 3, 0, 0, 0, 0, 0, 0),
        failures);
  }

  private static List<ImageStatus> identical(int count, IntFunction<String> name) {
    return IntStream.range(0, count).mapToObj(i -> image(name.apply(i), true, List.of())).toList();
  }

  private static List<DigestLock> locks(int count, IntFunction<String> name) {
    return IntStream.range(0, count)
        .mapToObj(i ->
            new DigestLock(
                ImageReference.parse(name.apply(i)),
                new ImageDigest(DIGEST),
                NOW,
                "node-%d.eu.example.com".formatted(i),
                NOW))
        .toList();
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static int bytes(StatusDocument document) {
    return document.data().values().stream().mapToInt(StatusDocumentTest::bytes).sum();
  }

  @Test
  void isTheWholeStatusWhenThatFits() {
    RolloutStatus status = status(List.of(), identical(100, SHORT));
    List<DigestLock> locks = locks(100, SHORT);

    StatusDocument document = StatusDocument.of(status, locks);

    assertThat(document.status()).isEqualTo(StatusJson.render(status));
    assertThat(LockJson.parse(document.locks()).locks()).isEqualTo(locks);
    assertThat(document.data()).containsOnlyKeys("status.json", "locks.json");
  }

  @Test
  void keepsTheLocksOfFiveThousandImagesAndCutsTheStatus() {
    StatusDocument document =
        StatusDocument.of(status(List.of(), identical(5_000, SHORT)), locks(5_000, SHORT));

    assertThat(bytes(document)).isLessThanOrEqualTo(LIMIT);
    assertThat(document.locksOmitted()).isZero();
    assertThat(LockJson.parse(document.locks()).locks()).hasSize(5_000);
    assertThat(StatusJson.parse(document.status()).images()).hasSizeBetween(100, 4_999);
  }

  @Test
  void keepsTheLocksThatFitAndSaysHowManyDoNot() {
    StatusDocument document =
        StatusDocument.of(status(List.of(), identical(5_000, LONG)), locks(5_000, LONG));

    int kept = LockJson.parse(document.locks()).locks().size();
    assertThat(bytes(document)).isLessThanOrEqualTo(LIMIT);
    assertThat(kept).isGreaterThan(2_000);
    assertThat(document.locksOmitted()).isEqualTo(5_000 - kept);
    assertThat(document.status()).contains("\"locksOmitted\":" + document.locksOmitted());
    assertThat(StatusJson.parse(document.status()).images()).hasSizeGreaterThan(50);
  }

  @Test
  void neverGivesTheStatusMoreThanItsShare() {
    StatusDocument document =
        StatusDocument.of(status(List.of(), identical(5_000, SHORT)), List.of());

    assertThat(bytes(document.status())).isBetween(890 * 1024, 900 * 1024);
  }

  @Test
  void leavesOutWhatTellsLeast() {
    List<ImageStatus> images = new ArrayList<>(identical(5_000, SHORT));
    ImageStatus moving = image("z/moving:1", false, List.of());
    ImageStatus failing =
        image("z/failing:1", false, List.of(new Failure("NotFound", 1, "gone", List.of("n1"))));
    images.add(failing);
    images.add(moving);

    StatusDocument document = StatusDocument.of(status(List.of(), images), locks(5_000, SHORT));

    List<ImageStatus> shown = StatusJson.parse(document.status()).images();
    assertThat(shown).contains(moving, failing).isSubsetOf(images);
    assertThat(document.status()).contains("\"imagesOmitted\":" + (images.size() - shown.size()));
  }

  @Test
  void shortensWhatListsSayWhenThatIsTooLong() {
    List<ListStatus> lists =
        IntStream.range(0, 1_000)
            .mapToObj(i -> list("l%04d".formatted(i), i % 2 == 0, List.of("w".repeat(300), "more")))
            .toList();

    StatusDocument document =
        StatusDocument.of(status(lists, identical(5_000, SHORT)), locks(5_000, SHORT));

    List<ListStatus> shown = StatusJson.parse(document.status()).lists();
    assertThat(bytes(document)).isLessThanOrEqualTo(LIMIT);
    assertThat(shown).hasSizeGreaterThan(50).allMatch(list -> !list.accepted());
    assertThat(shown.getFirst().errors()).containsExactly("w".repeat(300));
    assertThat(document.status()).contains("\"listsOmitted\":" + (1_000 - shown.size()));
  }
}
