package dev.prepull.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.PlanRevision;
import dev.prepull.model.PullProblem;
import dev.prepull.model.PullProgress;
import dev.prepull.model.PullReason;
import dev.prepull.protocol.v1.FromAgent;
import dev.prepull.protocol.v1.Problem;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reports and acknowledgements, written and read again. */
class ReportMappingTest {

  private static final ImageReference APP = ImageReference.parse("registry.example/team/app");
  private static final ImageDigest DIGEST = new ImageDigest("sha256:" + "a".repeat(64));
  private static final Instant LATER = Instant.parse("2026-01-01T00:00:30.000000001Z");

  @ParameterizedTest
  @EnumSource
  void keepsEveryState(ImageState state) throws Exception {
    ImageReport report = ImageReport.of(APP, state);

    assertThat(overTheWire(report)).containsExactly(report);
  }

  @ParameterizedTest
  @EnumSource
  void keepsEveryReason(PullReason reason) throws Exception {
    ImageReport report =
        ImageReport.troubled(APP, ImageState.FAILED, new PullProblem(reason, "why", 3, LATER));

    assertThat(overTheWire(report)).containsExactly(report);
  }

  @Test
  void keepsEveryFieldOfAReport() throws Exception {
    ImageReport full =
        new ImageReport(
            APP,
            ImageState.DRIFTED,
            DIGEST,
            7L << 32,
            new PullProgress(1L << 33, 1L << 34),
            Instant.ofEpochSecond(1_800_000_000, 5),
            new PullProblem(PullReason.DRIFT, "another digest", 2, null),
            1L << 62,
            List.of(new ImageBlob(DIGEST, 1L << 35)));

    assertThat(overTheWire(full)).containsExactly(full);
  }

  @Test
  void keepsTheOrderAndTheReferenceAsItIsWrittenInThePlan() throws Exception {
    ImageReference shortName = ImageReference.parse("nginx");

    assertThat(
            overTheWire(
                ImageReport.present(shortName, DIGEST, 1), ImageReport.present(APP, null, 0)))
        .extracting(report -> report.reference().written())
        .containsExactly("nginx", "registry.example/team/app");
  }

  @Test
  void takesAStateThatANewerAgentKnowsForWaiting() {
    assertThat(AgentLinkMapper.report(wellFormed().setStateValue(99).build()).state())
        .isEqualTo(ImageState.WAITING);
    assertThat(AgentLinkMapper.report(wellFormed().build()).state()).isEqualTo(ImageState.WAITING);
  }

  @Test
  void takesAReasonThatANewerAgentKnowsForTheGeneralOne() {
    ImageReport report = withProblem(Problem.newBuilder().setReason("CosmicRay").setMessage("why"));

    assertThat(report.problem())
        .isEqualTo(new PullProblem(PullReason.ERR_IMAGE_PULL, "why", 0, null));
  }

  @Test
  void refusesAnUnreadableReferenceOrDigest() {
    assertThatThrownBy(() -> AgentLinkMapper.report(wellFormed().setReference("A B").build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"A B\" is not an image reference");
    assertThatThrownBy(() -> AgentLinkMapper.report(wellFormed().setDigest("md5:1").build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"md5:1\" is not a digest");
  }

  @Test
  void refusesATimeBeyondAllCalendars() {
    Problem.Builder never =
        Problem.newBuilder().setNextRetry(Timestamp.newBuilder().setSeconds(Long.MAX_VALUE));

    assertThatThrownBy(() -> withProblem(never))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("out of range");
  }

  @Test
  void acknowledgesARevision() {
    FromAgent ack = AgentLinkMapper.ack(new PlanRevision("r1"));

    assertThat(ack.getMessageCase()).isEqualTo(FromAgent.MessageCase.ACK);
    assertThat(ack.getAck().getRevision()).isEqualTo("r1");
  }

  @Test
  void refusesARevisionWithItsReason() {
    FromAgent nack = AgentLinkMapper.nack(new PlanRevision("r1"), "cannot be read");

    assertThat(nack.getMessageCase()).isEqualTo(FromAgent.MessageCase.NACK);
    assertThat(nack.getNack().getRevision()).isEqualTo("r1");
    assertThat(nack.getNack().getError()).isEqualTo("cannot be read");
  }

  private static List<ImageReport> overTheWire(ImageReport... reports)
      throws InvalidProtocolBufferException {
    FromAgent received =
        FromAgent.parseFrom(AgentLinkMapper.reports(List.of(reports)).toByteString());
    return received.getReports().getImagesList().stream().map(AgentLinkMapper::report).toList();
  }

  private static ImageReport withProblem(Problem.Builder problem) {
    return AgentLinkMapper.report(wellFormed().setProblem(problem).build());
  }

  private static dev.prepull.protocol.v1.ImageReport.Builder wellFormed() {
    return dev.prepull.protocol.v1.ImageReport.newBuilder().setReference(APP.written());
  }
}
