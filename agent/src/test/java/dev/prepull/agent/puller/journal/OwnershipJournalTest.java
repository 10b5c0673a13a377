package dev.prepull.agent.puller.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.RemovalPolicy;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What counts as this agent's own. */
class OwnershipJournalTest {

  private static final ImageReference APP = ImageReference.parse("reg.example/app:1");
  private static final ImageDigest OLD = new ImageDigest("sha256:" + "a".repeat(64));
  private static final ImageDigest NEW = new ImageDigest("sha256:" + "b".repeat(64));
  private static final NameTouch FIRST = new NameTouch(OLD, "1");
  private static final NameTouch SECOND = new NameTouch(OLD, "2");
  private static final NameTouch OTHER = new NameTouch(NEW, "3");

  private final OwnershipJournal journal = new OwnershipJournal(List.of());

  @Test
  void ownsWhatItsPullBrought() {
    journal.pulled(APP, NameTouch.ABSENT, FIRST, RemovalPolicy.DELETE);

    assertThat(journal.all())
        .containsExactly(new OwnedImage(APP, OLD, "1", true, false, RemovalPolicy.DELETE));
  }

  @Test
  void ownsWhatItsPullPutInPlaceOfAnother() {
    journal.pulled(APP, FIRST, OTHER, RemovalPolicy.KEEP);

    assertThat(journal.of(APP)).isPresent();
  }

  @Test
  void doesNotOwnWhatItsPullFound() {
    journal.pulled(APP, FIRST, SECOND, RemovalPolicy.DELETE);

    assertThat(journal.all()).isEmpty();
  }

  @Test
  void keepsWhatItOwnsWhenAnotherPullChangesNothing() {
    journal.pulled(APP, NameTouch.ABSENT, FIRST, RemovalPolicy.DELETE);

    journal.pulled(APP, FIRST, SECOND, RemovalPolicy.DELETE);

    assertThat(journal.of(APP))
        .hasValueSatisfying(entry -> {
          assertThat(entry.pulled()).isTrue();
          assertThat(entry.matches(OLD, "2")).isTrue();
        });
  }

  @Test
  void losesWhatSomebodyElseHasTouchedBetweenTwoPulls() {
    journal.pulled(APP, NameTouch.ABSENT, FIRST, RemovalPolicy.DELETE);

    journal.pulled(APP, SECOND, SECOND, RemovalPolicy.DELETE);

    assertThat(journal.all()).isEmpty();
  }

  @Test
  void keepsWhatItOwnsWhenItPinsAndUnpins() {
    journal.pulled(APP, NameTouch.ABSENT, FIRST, RemovalPolicy.DELETE);

    journal.pinned(APP, FIRST, SECOND, RemovalPolicy.DELETE);
    journal.unpinned(APP, SECOND, new NameTouch(OLD, "3"));

    assertThat(journal.all())
        .containsExactly(new OwnedImage(APP, OLD, "3", true, false, RemovalPolicy.DELETE));
  }

  @Test
  void remembersThePinOfWhatItDoesNotOwn() {
    journal.pinned(APP, FIRST, SECOND, RemovalPolicy.DELETE);

    assertThat(journal.all())
        .containsExactly(new OwnedImage(APP, OLD, "2", false, true, RemovalPolicy.DELETE));
  }

  @Test
  void forgetsWhatItNeitherOwnsNorPins() {
    journal.pinned(APP, FIRST, SECOND, RemovalPolicy.DELETE);

    journal.unpinned(APP, SECOND, FIRST);

    assertThat(journal.all()).isEmpty();
  }

  @Test
  void remembersItsPinThroughAPullThatBroughtNothing() {
    journal.pinned(APP, FIRST, SECOND, RemovalPolicy.KEEP);

    journal.pulled(APP, SECOND, SECOND, RemovalPolicy.KEEP);

    assertThat(journal.of(APP)).get().matches(OwnedImage::pinned).matches(entry -> !entry.pulled());
  }

  @Test
  void trustsStampsMoreThanEvents() {
    journal.pulled(APP, NameTouch.ABSENT, FIRST, RemovalPolicy.DELETE);

    journal.touchedByOthers(APP.stored());

    assertThat(journal.of(APP)).isPresent();
  }

  @Test
  void losesByAnEventWhatHasNoStamp() {
    journal.pulled(APP, NameTouch.ABSENT, new NameTouch(OLD, ""), RemovalPolicy.DELETE);

    journal.touchedByOthers(APP.stored());

    assertThat(journal.all()).isEmpty();
  }

  @Test
  void neverMatchesWhatHasNoDigest() {
    OwnedImage entry = new OwnedImage(APP, null, "", true, false, RemovalPolicy.DELETE);

    assertThat(entry.matches(null, "")).isFalse();
  }

  @Test
  void forgetsTheOldestWhenItIsFull() {
    List<ImageReference> references =
        IntStream.rangeClosed(0, OwnershipJournal.MOST_ENTRIES)
            .mapToObj(i -> ImageReference.parse("reg.example/app:" + i))
            .toList();

    references.forEach(
        reference -> journal.pulled(reference, NameTouch.ABSENT, FIRST, RemovalPolicy.DELETE));

    assertThat(journal.all()).hasSize(OwnershipJournal.MOST_ENTRIES);
    assertThat(journal.of(references.getFirst())).isEmpty();
    assertThat(journal.of(references.getLast())).isPresent();
  }
}
