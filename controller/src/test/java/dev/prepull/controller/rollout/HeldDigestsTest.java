package dev.prepull.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.ImageDigest;
import org.junit.jupiter.api.Test;

/** Which digests the nodes hold. */
class HeldDigestsTest {

  private final HeldDigests digests = new HeldDigests();

  @Test
  void agreesWhenAllThatHoldAnyHoldTheSame() {
    digests.put(0, TestFleet.digest("a"));
    digests.put(9, TestFleet.digest("a"));
    digests.put(3, null);

    assertThat(digests.agreed()).contains(TestFleet.digest("a"));
    assertThat(digests.nodesWith(TestFleet.digest("a"))).isEqualTo(2);
  }

  @Test
  void disagreesUntilTheLastOneHasCome() {
    digests.put(0, TestFleet.digest("a"));
    digests.put(1, TestFleet.digest("b"));
    assertThat(digests.agreed()).isEmpty();

    digests.put(1, TestFleet.digest("a"));
    assertThat(digests.agreed()).contains(TestFleet.digest("a"));
  }

  @Test
  void forgetsANode() {
    digests.put(0, TestFleet.digest("a"));

    digests.remove(0);
    digests.remove(77);

    assertThat(digests.agreed()).isEmpty();
    assertThat(digests.of(0)).isNull();
  }

  @Test
  @SuppressWarnings("ReferenceEquality") // Sharing one object is what is tested.
  void keepsOneObjectForAllNodes() {
    ImageDigest first = digests.put(0, TestFleet.digest("a"));

    assertThat(digests.put(1, TestFleet.digest("a")) == first).isTrue();
  }
}
