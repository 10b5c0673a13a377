package dev.prepull.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.prepull.controller.plan.DigestLock;
import dev.prepull.controller.rollout.LockBook.Looked;
import dev.prepull.model.ImageReference;
import dev.prepull.model.NodeName;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The locks by themselves. */
class LockBookTest {

  private static final ImageReference APP = ImageReference.parse("app");
  private static final ImageReference ZOO = ImageReference.parse("zoo");
  private static final NodeName N1 = new NodeName("n1");
  private static final Instant EARLY = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant LATE = EARLY.plusSeconds(60);

  private final LockBook locks = new LockBook(List.of());

  @Test
  void tellsHowManyNodesAgreed() {
    locks.byAgreement(APP, TestFleet.digest("a"), 1, EARLY);
    locks.byAgreement(ZOO, TestFleet.digest("a"), 12, EARLY);

    assertThat(locks.all())
        .extracting(DigestLock::lockedBy)
        .containsExactly("the one node that holds it", "agreement of 12 nodes");
  }

  @Test
  void tellsWhatALookHasChanged() {
    assertThat(locks.looked(APP, TestFleet.digest("a"), N1, EARLY)).isEqualTo(Looked.LOCKED);
    assertThat(locks.looked(APP, TestFleet.digest("a"), N1, LATE)).isEqualTo(Looked.UNMOVED);
    assertThat(locks.of(APP))
        .contains(new DigestLock(APP, TestFleet.digest("a"), EARLY, "n1", LATE));

    assertThat(locks.looked(APP, TestFleet.digest("b"), N1, LATE)).isEqualTo(Looked.MOVED);
    assertThat(locks.of(APP))
        .contains(new DigestLock(APP, TestFleet.digest("b"), LATE, "n1", LATE));
  }

  @Test
  void listsLocksByReferenceAsTheyAreNow() {
    locks.looked(ZOO, TestFleet.digest("a"), N1, EARLY);
    assertThat(locks.all()).hasSize(1);

    locks.looked(APP, TestFleet.digest("a"), N1, EARLY);
    locks.looked(ZOO, TestFleet.digest("b"), N1, LATE);

    assertThat(locks.all())
        .extracting(DigestLock::reference, DigestLock::digest)
        .containsExactly(tuple(APP, TestFleet.digest("a")), tuple(ZOO, TestFleet.digest("b")));
  }

  @Test
  void dropsWhatIsGoneOrWrittenDifferently() {
    LockBook known =
        new LockBook(
            List.of(
                new DigestLock(APP, TestFleet.digest("a"), EARLY, "n1", EARLY),
                new DigestLock(ZOO, TestFleet.digest("a"), EARLY, "n1", EARLY)));

    known.retain(Map.of(ZOO, ZOO, APP, ImageReference.parse("app:latest")));

    assertThat(known.all()).extracting(DigestLock::reference).containsExactly(ZOO);
  }
}
