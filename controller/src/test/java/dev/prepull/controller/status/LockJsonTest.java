package dev.prepull.controller.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.prepull.controller.plan.DigestLock;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The text that the locks outlive a process in. */
class LockJsonTest {

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final String ONE = "sha256:" + "1".repeat(64);
  private static final String TWO = "sha256:" + "2".repeat(64);

  private static DigestLock lock(String image, String digest) {
    return new DigestLock(ImageReference.parse(image), new ImageDigest(digest), NOW, "node-1", NOW);
  }

  private static DigestLock looked(String image, Instant lookedAt) {
    return new DigestLock(
        ImageReference.parse(image), new ImageDigest(ONE), NOW, "all nodes agree", lookedAt);
  }

  private static String render(DigestLock... locks) {
    return LockJson.render(List.of(locks), Long.MAX_VALUE).json();
  }

  private static List<DigestLock> many(int count, String digestSuffix) {
    return IntStream.range(0, count)
        .mapToObj(i -> lock("r.example.com/team/app-%04d:1.0%s".formatted(i, digestSuffix), ONE))
        .toList();
  }

  @Test
  void writesALineForEachLockInTheOrderOfTheirNames() {
    assertThat(render(lock("nginx:1", ONE), looked("alpine:3", NOW.plusSeconds(60))))
        .isEqualTo(
            """
            [
            ["alpine:3","%1$s","2026-01-02T03:04:05Z","all nodes agree","2026-01-02T03:05:05Z"],
            ["nginx:1","%1$s","2026-01-02T03:04:05Z","node-1"]
            ]
            """
                .formatted(ONE));
  }

  @Test
  void readsWhatItWroteAsItWasWritten() {
    List<DigestLock> locks =
        List.of(
            looked("docker.io/library/alpine", NOW.plusSeconds(60)),
            new DigestLock(
                ImageReference.parse("nginx"), new ImageDigest(ONE), NOW, "\"ä\n\\", NOW));

    LockJson.Read read = LockJson.parse(render(locks.toArray(new DigestLock[0])));

    assertThat(read.locks()).isEqualTo(locks);
    assertThat(read.locks())
        .extracting(lock -> lock.reference().written())
        .containsExactly("docker.io/library/alpine", "nginx");
    assertThat(read.problems()).isEmpty();
  }

  @Test
  void readsAndWritesThatThereAreNone() {
    LockJson.Read read = LockJson.parse(render());

    assertThat(read.locks()).isEmpty();
    assertThat(read.problems()).isEmpty();
  }

  @Test
  void keepsWholeSeconds() {
    Instant precise = NOW.plusMillis(678);
    DigestLock lock =
        new DigestLock(
            ImageReference.parse("nginx"), new ImageDigest(ONE), precise, "node-1", precise);

    assertThat(LockJson.parse(render(lock)).locks())
        .extracting(DigestLock::lockedAt, DigestLock::lookedAt)
        .containsExactly(tuple(NOW, NOW));
  }

  @Test
  void passesOverElementsOfANewerVersion() {
    String newer = render(looked("nginx:1", NOW.plusSeconds(1))).replace("\"]", "\",7,{}]");

    assertThat(LockJson.parse(newer).locks())
        .containsExactly(looked("nginx:1", NOW.plusSeconds(1)));
    assertThat(LockJson.parse(newer).problems()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "7                                    | expected [image, digest, lockedAt, lockedBy, lookedAt]",
        "[]                                   | expected [image, digest, lockedAt, lockedBy, lookedAt]",
        "['a:1','ONE','2026-01-01T00:00:00Z'] | expected [image, digest, lockedAt, lockedBy, lookedAt]",
        "[1,'ONE','2026-01-01T00:00:00Z','n'] | element 1 is no text",
        "['A:1','ONE','2026-01-01T00:00:00Z','n'] | \"A:1\" is no image reference: repository name must be lower-case",
        "['a:1','sha256:1','2026-01-01T00:00:00Z','n'] | \"sha256:1\" is not a digest: sha256 takes 64 lower-case hex digits",
        "['a:1','ONE','yesterday','n']        | Text 'yesterday' could not be parsed at index 0",
        "['good:1','ONE','2026-01-01T00:00:00Z','n'] | docker.io/library/good:1 stands in it twice",
      })
  void readsTheOthersWhenOneIsWrong(String entry, String problem) {
    String good = "['good:1','ONE','2026-01-01T00:00:00Z','n']";
    String json = "[%s,%s]".formatted(good, entry).replace('\'', '"').replace("ONE", ONE);

    LockJson.Read read = LockJson.parse(json);

    assertThat(read.locks())
        .extracting(lock -> lock.reference().written())
        .containsExactly("good:1");
    assertThat(read.problems())
        .singleElement()
        .asString()
        .startsWith("entry 2: ")
        .contains(problem.replace("\"A:1\" is no image reference: ", ""));
  }

  @Test
  void refusesALockThatContradictsItsReference() {
    LockJson.Read read = LockJson.parse(render(lock("nginx@" + ONE, TWO)));

    assertThat(read.locks()).isEmpty();
    assertThat(read.problems())
        .containsExactly(
            "entry 1: docker.io/library/nginx@%s names another digest than %s".formatted(ONE, TWO));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "{}", "\"text\"", "7", "nonsense", "[[", "[\"\\u00"})
  void tellsThatATextHoldsNoLocks(String text) {
    LockJson.Read read = LockJson.parse(text);

    assertThat(read.locks()).isEmpty();
    assertThat(read.problems()).singleElement().asString().startsWith("it is no").hasLineCount(1);
  }

  @Test
  void survivesATextThatNestsDeeply() {
    assertThat(LockJson.parse("[".repeat(100_000)).problems())
        .singleElement()
        .asString()
        .startsWith("it is not JSON: ");
  }

  @Test
  void tellsTenOfManyProblems() {
    String json = "[" + "7,".repeat(5_000) + "7]";

    assertThat(LockJson.parse(json).problems()).hasSize(11).last().isEqualTo("and 4991 more");
  }

  @Test
  void keepsWhatFitsAndCountsTheRest() {
    List<DigestLock> locks = many(100, "");
    int wholeBytes = render(locks.toArray(new DigestLock[0])).length();

    LockJson.Written written = LockJson.render(locks, wholeBytes - 1);

    assertThat(written.omitted()).isEqualTo(1);
    assertThat(written.json().getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(wholeBytes);
    assertThat(LockJson.parse(written.json()).locks()).isEqualTo(locks.subList(0, 99));
  }

  @Test
  void givesUpFirstWhatTheReferencesSayThemselves() {
    List<DigestLock> locks = new ArrayList<>(many(50, "@" + ONE));
    List<DigestLock> tags = many(50, "");
    locks.addAll(tags);

    LockJson.Written written =
        LockJson.render(locks, LockJson.render(tags, Long.MAX_VALUE).json().length());

    assertThat(written.omitted()).isEqualTo(50);
    assertThat(LockJson.parse(written.json()).locks()).isEqualTo(tags);
  }

  @Test
  void writesNoneWhenNoneFits() {
    assertThat(LockJson.render(many(3, ""), 10).omitted()).isEqualTo(3);
    assertThat(LockJson.parse(LockJson.render(many(3, ""), 0).json()).problems()).isEmpty();
  }
}
