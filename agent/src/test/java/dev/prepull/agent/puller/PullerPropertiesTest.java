package dev.prepull.agent.puller;

import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever happens to plans, locks, permits, the link, the registry, the disk, the runtime and the
 * agent itself: once it ends the node is as planned, every permit has ended, and nothing was
 * deleted that was somebody else's. The test's name tells the seed.
 */
class PullerPropertiesTest {

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 150);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void theNodeEndsAsPlannedAndNoPermitIsLost(long seed) {
    AgentWorld world = new AgentWorld(seed);
    for (int i = 0; i < 300; i++) {
      world.happens();
    }

    world.comesToRest();

    world.assertIsAsPlanned();
    world.assertNoPermitIsHeld();
    world.assertNothingOfItsOwnIsLeft();
  }
}
