package dev.prepull.agent.puller.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.prepull.agent.puller.disk.DiskGuard.Need;
import dev.prepull.agent.puller.disk.DiskGuard.Verdict;
import org.junit.jupiter.api.Test;

/** Whether an image fits, in MiB: the filesystem has 1000 and pulls must leave it below 85%. */
class DiskGuardTest {

  private static final long MIB = 1 << 20;

  private final DiskGuard guard = new DiskGuard(85);

  @Test
  void letsThroughWhatStaysBelowTheThreshold() {
    assertThat(guard.judge(free(500), need(169, 0))).isEqualTo(new Verdict.Fits());
  }

  @Test
  void holdsBackWhatWouldReachTheThreshold() {
    assertThat(guard.judge(free(500), need(175, 0))).isInstanceOf(Verdict.Lacks.class);
  }

  @Test
  void showsItsArithmetic() {
    Verdict verdict = guard.judge(free(500), need(200, 100));

    assertThat(verdict)
        .asInstanceOf(type(Verdict.Lacks.class))
        .extracting(Verdict.Lacks::arithmetic)
        .isEqualTo(
            "200.0 MiB to fetch take 400.0 MiB on disk (× 2.0), and other pulls still need 100.0 MiB; of 1000.0 MiB 500.0 MiB are free, so 100% would be used where less than 85% may be");
  }

  @Test
  void tellsWhetherOnlyOtherPullsStandInTheWay() {
    assertThat(guard.judge(free(500), need(100, 200)))
        .asInstanceOf(type(Verdict.Lacks.class))
        .matches(Verdict.Lacks::alone, "would fit alone");
    assertThat(guard.judge(free(500), need(200, 200)))
        .asInstanceOf(type(Verdict.Lacks.class))
        .matches(lacks -> !lacks.alone(), "would not fit alone either");
  }

  @Test
  void stopsWhenTheThresholdIsReachedWhoeverDidThat() {
    assertThat(guard.judge(free(160), 0)).isEqualTo(new Verdict.Fits());
    assertThat(guard.judge(free(150), 0))
        .asInstanceOf(type(Verdict.Lacks.class))
        .extracting(Verdict.Lacks::arithmetic)
        .isEqualTo("of 1000.0 MiB 150.0 MiB are free, so 85% is used where less than 85% may be");
  }

  @Test
  void tellsHowManyFreeBytesTheThresholdLeaves() {
    assertThat(guard.thresholdBytes(new DiskSpace(1_000, 0))).isEqualTo(150);
  }

  private static DiskSpace free(long mebibytes) {
    return new DiskSpace(1_000 * MIB, mebibytes * MIB);
  }

  private static Need need(long missing, long others) {
    return new Need(missing * MIB, 2, others * MIB);
  }
}
