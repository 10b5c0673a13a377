package dev.prepull.agent.puller;

import static dev.prepull.agent.puller.PullerFixture.APP;
import static dev.prepull.agent.puller.PullerFixture.NEW;
import static dev.prepull.agent.puller.PullerFixture.OLD;
import static dev.prepull.agent.puller.PullerFixture.blob;
import static dev.prepull.agent.puller.PullerFixture.limited;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageState;
import dev.prepull.model.PullReason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Images that are larger than their entry allows: this one has 3 MiB. */
class MaxSizeTest {

  private static final long MIB = 1 << 20;
  private static final ImageBlob LAYER = blob('1', 3 * MIB);

  private final PullerFixture node = new PullerFixture();

  @BeforeEach
  void theImageHasThreeMebibytes() {
    node.runtime.push(APP, OLD);
    node.runtime.consist(OLD, List.of(LAYER));
  }

  @Test
  void doesNotAskTheRegistryForWhatIsKnownToBeTooLarge() {
    node.planned(limited(APP, 2 * MIB));
    node.locked(APP, OLD);

    long permit = node.converged(APP, LAYER);

    assertThat(node.end(permit).state()).isEqualTo(ImageState.BLOCKED);
    assertThat(node.problem(APP).reason()).isEqualTo(PullReason.MAX_SIZE_EXCEEDED);
    assertThat(node.problem(APP).message()).contains("3.0 MiB", "2.0 MiB", "maxSize");
    assertThat(node.runtime.asked()).isEmpty();
  }

  @Test
  void endsAPullAsSoonAsItShowsThatItIsTooLarge() {
    List<String> halfWay = new ArrayList<>();
    node.runtime.midway(() -> halfWay.add("bytes have come"));
    node.planned(limited(APP, 2 * MIB));

    node.looked(APP);

    assertThat(node.state(APP)).isEqualTo(ImageState.BLOCKED);
    assertThat(halfWay).isEmpty();
  }

  @Test
  void pullsWhatIsExactlyAsLargeAsAllowed() {
    node.planned(limited(APP, 3 * MIB));

    node.looked(APP);

    assertThat(node.state(APP)).isEqualTo(ImageState.PRESENT);
  }

  @Test
  void countsLayersThatTheNodeHasAlready() {
    node.runtime.consist(NEW, List.of(LAYER));
    node.runtime.hold(PullerFixture.WEB, NEW);
    node.planned(limited(APP, 2 * MIB));

    node.looked(APP);

    assertThat(node.state(APP)).isEqualTo(ImageState.BLOCKED);
  }

  @Test
  void asksForLeaveAgainOnceTheLimitIsRaised() {
    node.planned(limited(APP, 2 * MIB));
    node.looked(APP);

    node.planned(limited(APP, 3 * MIB));

    assertThat(node.state(APP)).isEqualTo(ImageState.WAITING);
  }

  @Test
  void keepsWhatItHoldsWhenTheRegistryHasSomethingTooLarge() {
    node.runtime.hold(APP, NEW);
    node.planned(limited(APP, 2 * MIB));
    node.locked(APP, NEW);

    long look = node.looked(APP);

    assertThat(node.end(look).state()).isEqualTo(ImageState.PRESENT);
    assertThat(node.problem(APP).reason()).isEqualTo(PullReason.MAX_SIZE_EXCEEDED);
    assertThat(node.held(APP)).contains(NEW);
  }
}
