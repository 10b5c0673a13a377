package dev.prepull.agent.puller.disk;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How full a filesystem is, as the kubelet counts. */
class DiskSpaceTest {

  @ParameterizedTest
  @CsvSource({"1000, 1000, 0", "1000, 151, 85", "1000, 159, 85", "1000, 160, 84", "1000, 0, 100"})
  void roundsDownWhatIsAvailable(long capacity, long available, int usedPercent) {
    assertThat(new DiskSpace(capacity, available).usedPercent()).isEqualTo(usedPercent);
  }

  @Test
  void takesAFilesystemWithoutCapacityForFull() {
    assertThat(new DiskSpace(0, 0).usedPercent()).isEqualTo(100);
  }

  @Test
  void hasNothingLeftAfterMoreThanThereWas() {
    DiskSpace after = new DiskSpace(1_000, 300).after(400);

    assertThat(after).isEqualTo(new DiskSpace(1_000, 0));
  }
}
