package dev.prepull.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.prepull.model.DriftPolicy;
import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImagePolicy;
import dev.prepull.model.ImageReference;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlanRevision;
import dev.prepull.model.PlannedImage;
import dev.prepull.model.PullPermit;
import dev.prepull.model.PullPolicy;
import dev.prepull.model.RemovalPolicy;
import dev.prepull.protocol.v1.FromController;
import dev.prepull.protocol.v1.Grant;
import dev.prepull.protocol.v1.Lock;
import dev.prepull.protocol.v1.Locks;
import dev.prepull.protocol.v1.Permit;
import dev.prepull.protocol.v1.Plan;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Plans and grants, written and read again. */
class PlanMappingTest {

  private static final ImageReference APP = ImageReference.parse("registry.example/team/app");
  private static final ImageReference NGINX = ImageReference.parse("nginx");
  private static final ImageDigest DIGEST = new ImageDigest("sha256:" + "a".repeat(64));
  private static final ImagePolicy NOTHING_STANDARD =
      new ImagePolicy(
          PullPolicy.ALWAYS,
          -7,
          true,
          1L << 40,
          Duration.ofMillis(1_500),
          RemovalPolicy.DELETE,
          DriftPolicy.REPORT);

  @Test
  void keepsAPlanThatStatesNothing() throws Exception {
    NodePlan plan = NodePlan.of(List.of(new PlannedImage(APP, ImagePolicy.DEFAULT)));

    assertThat(overTheWire(plan)).isEqualTo(plan);
  }

  @Test
  void keepsAPlanThatStatesEverything() throws Exception {
    NodePlan plan = NodePlan.of(List.of(new PlannedImage(APP, NOTHING_STANDARD)));

    assertThat(overTheWire(plan)).isEqualTo(plan);
  }

  @Test
  void keepsTheEmptyPlan() throws Exception {
    assertThat(overTheWire(NodePlan.EMPTY)).isEqualTo(NodePlan.EMPTY);
  }

  @Test
  void keepsTheOrderAndTheReferencesAsTheyAreWritten() throws Exception {
    NodePlan plan =
        NodePlan.of(
            List.of(
                new PlannedImage(NGINX, ImagePolicy.DEFAULT),
                new PlannedImage(APP, ImagePolicy.DEFAULT)));

    assertThat(overTheWire(plan).images())
        .extracting(image -> image.reference().written())
        .containsExactly("nginx", "registry.example/team/app");
  }

  @Test
  void takesTheControllersRevisionWhateverTheContentHashesTo() {
    Plan message = Plan.newBuilder().setRevision("of a newer controller").build();

    assertThat(AgentLinkMapper.plan(message).revision())
        .isEqualTo(new PlanRevision("of a newer controller"));
  }

  @Test
  void takesAbsentFieldsForTheStandardPolicy() {
    assertThat(AgentLinkMapper.plan(planOf(wellFormed())).images())
        .containsExactly(new PlannedImage(APP, ImagePolicy.DEFAULT));
  }

  @Test
  void refusesAPlanWithAnUnreadableReference() {
    assertThatThrownBy(() -> AgentLinkMapper.plan(planOf(wellFormed().setReference(""))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not an image reference");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, is not above zero",
    "-1, 0, is not above zero",
    "0, -1, is not above zero",
    "9223372036854775807, 2147483647, is out of range",
  })
  void refusesAPlanWhosePullsCouldNeverEndWell(long seconds, int nanos, String why) {
    var timeout =
        com.google.protobuf.Duration.newBuilder().setSeconds(seconds).setNanos(nanos).build();

    assertThatThrownBy(() -> AgentLinkMapper.plan(planOf(wellFormed().setPullTimeout(timeout))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("pull_timeout", why);
  }

  @Test
  void keepsPermitsInTheirOrder() {
    List<PullPermit> permits =
        List.of(
            new PullPermit(Long.MAX_VALUE, NGINX, PullPermit.Purpose.LOOK, List.of()),
            new PullPermit(
                7, APP, PullPermit.Purpose.CONVERGE, List.of(new ImageBlob(DIGEST, 1L << 40))));

    FromController message = AgentLinkMapper.grant(permits);

    assertThat(AgentLinkMapper.grant(message.getGrant())).isEqualTo(permits);
  }

  @Test
  void keepsLocks() {
    Map<ImageReference, ImageDigest> locks = Map.of(APP, DIGEST, NGINX, DIGEST);

    FromController message = AgentLinkMapper.locks(locks);

    assertThat(AgentLinkMapper.locks(message.getLocks())).isEqualTo(locks);
  }

  @Test
  void refusesALockOnWhatIsNoDigest() {
    Locks message =
        Locks.newBuilder().addLocks(Lock.newBuilder().setReference("a").setDigest("x")).build();

    assertThatThrownBy(() -> AgentLinkMapper.locks(message))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"x\" is not a digest");
  }

  @Test
  void refusesAGrantOfWhatIsNoImage() {
    Grant message = Grant.newBuilder().addPermits(Permit.newBuilder().setReference("A B")).build();

    assertThatThrownBy(() -> AgentLinkMapper.grant(message))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"A B\" is not an image reference");
  }

  private static NodePlan overTheWire(NodePlan plan) throws InvalidProtocolBufferException {
    FromController received = FromController.parseFrom(AgentLinkMapper.plan(plan).toByteString());
    return AgentLinkMapper.plan(received.getPlan());
  }

  private static Plan planOf(dev.prepull.protocol.v1.PlannedImage.Builder image) {
    return Plan.newBuilder().setRevision("r1").addImages(image).build();
  }

  private static dev.prepull.protocol.v1.PlannedImage.Builder wellFormed() {
    return dev.prepull.protocol.v1.PlannedImage.newBuilder().setReference(APP.written());
  }
}
