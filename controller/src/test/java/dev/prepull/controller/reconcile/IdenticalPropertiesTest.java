package dev.prepull.controller.reconcile;

import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever happens to lists, agents, images, tags and the controller: once it ends, every node
 * holds the same, and on the way no limit is exceeded. The test's name tells the seed.
 */
class IdenticalPropertiesTest {

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 400);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everyReachableNodeEndsIdenticalAndNoPermitIsLost(long seed) {
    SimWorld world = new SimWorld(seed, 7);
    for (int i = 0; i < 600; i++) {
      world.happens();
    }

    world.comesToRest();

    world.assertIdentical();
    world.assertNoPermitIsLeft();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aFleetThatIsLeftInPeaceEndsIdentical(long seed) {
    SimWorld world = new SimWorld(seed, 4);

    world.comesToRest();

    world.assertIdentical();
    world.assertNoPermitIsLeft();
  }
}
