package dev.prepull.agent.puller.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.agent.puller.disk.DiskGuard.Verdict;
import java.util.Optional;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How running pulls share what is free, in MiB: 500 of 1000 at first, and less than 85% used. */
class DiskBudgetTest {

  private static final long MIB = 1 << 20;
  private static final String APP = "the pull of app";
  private static final String WEB = "the pull of web";

  private @Nullable DiskSpace space = free(500);
  private final DiskBudget budget =
      new DiskBudget(() -> Optional.ofNullable(space), new DiskGuard(85));

  @Test
  void letsEverythingThroughWhileItSeesNothing() throws Exception {
    space = null;

    assertThat(budget.begin(APP)).isEmpty();
    assertThat(budget.claim(APP, 10_000 * MIB)).isEmpty();
    assertThat(budget.moved(APP, 9_000 * MIB)).isEmpty();
    assertThat(budget.judge(10_000 * MIB)).isEmpty();
    assertThat(budget.reading()).isEqualTo(DiskReading.OFF);
  }

  @Test
  void tellsWhatItSaw() throws Exception {
    budget.refresh();

    assertThat(budget.reading()).isEqualTo(new DiskReading(true, 500 * MIB, 150 * MIB, 2));
  }

  @Test
  void startsNothingOnAFullDisk() throws Exception {
    space = free(150);

    assertThat(budget.begin(APP)).isPresent();
  }

  @Test
  void beginsOnePullOfUnknownSizeAfterAnotherWhereThereIsLittleRoom() throws Exception {
    assertThat(budget.begin(APP)).isEmpty();

    assertThat(budget.begin(WEB))
        .get(InstanceOfAssertFactories.type(Verdict.Lacks.class))
        .matches(Verdict.Lacks::alone);
  }

  @Test
  void beginsPullsOfUnknownSizeTogetherWhereThereIsMuchRoom() throws Exception {
    space = new DiskSpace(10_000 * MIB, 5_000 * MIB);

    assertThat(budget.begin(APP)).isEmpty();
    assertThat(budget.begin(WEB)).isEmpty();
  }

  @Test
  void doesNotGiveTheSameBytesToTwoPulls() throws Exception {
    budget.begin(APP);
    budget.begin(WEB);

    assertThat(budget.claim(APP, 100 * MIB)).isEmpty();
    assertThat(budget.claim(WEB, 100 * MIB))
        .get(InstanceOfAssertFactories.type(Verdict.Lacks.class))
        .matches(Verdict.Lacks::alone);
  }

  @Test
  void givesOnWhatAPullThatHasEndedDoesNotNeed() throws Exception {
    budget.begin(APP);
    budget.begin(WEB);
    budget.claim(APP, 100 * MIB);

    budget.end(APP, false);

    assertThat(budget.claim(WEB, 100 * MIB)).isEmpty();
  }

  @Test
  void letsThroughAPullThatHasNothingToFetch() throws Exception {
    space = free(100);
    budget.begin(APP);

    assertThat(budget.claim(APP, 0)).isEmpty();
  }

  @Test
  void doesNotCountTwiceWhatHasBeenFetchedAndWritten() throws Exception {
    budget.begin(APP);
    budget.begin(WEB);
    budget.claim(APP, 100 * MIB);
    budget.moved(APP, 100 * MIB);
    space = free(400);

    assertThat(budget.claim(WEB, 70 * MIB)).isEmpty();
    assertThat(budget.claim(WEB, 80 * MIB)).isPresent();
  }

  @Test
  void stopsAPullThatMovesOnAFullDisk() throws Exception {
    budget.begin(APP);
    budget.claim(APP, 100 * MIB);
    space = free(140);

    assertThat(budget.moved(APP, 10 * MIB)).isPresent();
  }

  @Test
  void learnsFromAPullThatRanAlone() throws Exception {
    budget.begin(APP);
    budget.claim(APP, 100 * MIB);
    space = free(200);

    budget.end(APP, true);

    assertThat(budget.reading().factor()).isEqualTo(3);
  }

  @Test
  void learnsNothingFromAPullThatDidNotComplete() throws Exception {
    budget.begin(APP);
    budget.claim(APP, 100 * MIB);
    space = free(200);

    budget.end(APP, false);

    assertThat(budget.reading().factor()).isEqualTo(2);
  }

  @Test
  void learnsNothingFromPullsThatRanTogether() throws Exception {
    budget.begin(APP);
    budget.begin(WEB);
    budget.claim(APP, 50 * MIB);
    budget.claim(WEB, 50 * MIB);
    space = free(200);

    budget.end(APP, true);
    budget.end(WEB, true);

    assertThat(budget.reading().factor()).isEqualTo(2);
  }

  @Test
  void judgesWhatWouldRunAloneByWhatItSawLast() throws Exception {
    budget.refresh();

    assertThat(budget.judge(100 * MIB)).isEmpty();
    assertThat(budget.judge(200 * MIB)).isPresent();
    assertThat(budget.judge(0)).isEmpty();
  }

  private static DiskSpace free(long mebibytes) {
    return new DiskSpace(1_000 * MIB, mebibytes * MIB);
  }
}
