package dev.prepull.agent.puller.disk;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a node learns of how much images take once they are unpacked. */
class ExpansionFactorTest {

  private static final long MIB = 1 << 20;

  @Test
  void beginsWithTheLayerAndAsMuchAgain() {
    assertThat(ExpansionFactor.INITIAL.value()).isEqualTo(2);
  }

  @Test
  void risesAtOnce() {
    assertThat(ExpansionFactor.INITIAL.learn(100 * MIB, 350 * MIB).value()).isEqualTo(3.5);
  }

  @Test
  void fallsSlowly() {
    assertThat(new ExpansionFactor(4).learn(100 * MIB, 200 * MIB).value()).isEqualTo(3.5);
  }

  @Test
  void staysWithinBoundsWhateverOthersWriteOrDelete() {
    assertThat(new ExpansionFactor(2).learn(MIB, 500 * MIB).value()).isEqualTo(10);
    assertThat(new ExpansionFactor(2).learn(MIB, -500 * MIB).value()).isEqualTo(1.75);
  }

  @Test
  void learnsNothingFromATrifle() {
    assertThat(ExpansionFactor.INITIAL.learn(MIB - 1, 500 * MIB))
        .isEqualTo(ExpansionFactor.INITIAL);
  }
}
