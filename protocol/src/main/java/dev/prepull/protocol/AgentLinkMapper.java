package dev.prepull.protocol;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.prepull.credentials.NodeCredentials;
import dev.prepull.model.DriftPolicy;
import dev.prepull.model.HeldImage;
import dev.prepull.model.HeldName;
import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImagePolicy;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.NodeHello;
import dev.prepull.model.NodeName;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlanRevision;
import dev.prepull.model.PlannedImage;
import dev.prepull.model.Platform;
import dev.prepull.model.PullPermit;
import dev.prepull.model.PullPolicy;
import dev.prepull.model.PullProblem;
import dev.prepull.model.PullProgress;
import dev.prepull.model.PullReason;
import dev.prepull.model.RemovalPolicy;
import dev.prepull.model.RuntimeInfo;
import dev.prepull.protocol.v1.Blob;
import dev.prepull.protocol.v1.Credentials;
import dev.prepull.protocol.v1.FromAgent;
import dev.prepull.protocol.v1.FromController;
import dev.prepull.protocol.v1.Grant;
import dev.prepull.protocol.v1.Hello;
import dev.prepull.protocol.v1.Lock;
import dev.prepull.protocol.v1.Locks;
import dev.prepull.protocol.v1.Permit;
import dev.prepull.protocol.v1.Plan;
import dev.prepull.protocol.v1.PlanAck;
import dev.prepull.protocol.v1.PlanNack;
import dev.prepull.protocol.v1.Problem;
import dev.prepull.protocol.v1.Reports;
import dev.prepull.protocol.v1.TokenRenewal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Translates between the model and the wire.
 *
 * <p>Reading throws {@link IllegalArgumentException} for what the model does not accept, except
 * where a single unreadable element can be left out without harm: a name in an inventory.
 */
public final class AgentLinkMapper {

  private AgentLinkMapper() {}

  // --- from the agent

  /** Writes the first message of a stream. */
  public static FromAgent hello(NodeHello hello) {
    Hello.Builder message =
        Hello.newBuilder()
            .setNode(hello.node().value())
            .setRuntimeName(hello.runtime().name())
            .setRuntimeVersion(hello.runtime().version())
            .setPlatform(hello.platform().toString())
            .setAgentVersion(hello.agentVersion())
            .putAllLabels(hello.labels())
            .setMaxConcurrentPulls(hello.maxConcurrentPulls());
    hello.inventory().forEach(image -> message.addInventory(heldImage(image)));
    return FromAgent.newBuilder().setHello(message).build();
  }

  private static dev.prepull.protocol.v1.HeldImage heldImage(HeldImage image) {
    var message =
        dev.prepull.protocol.v1.HeldImage.newBuilder()
            .setId(image.id())
            .setSizeBytes(image.sizeBytes())
            .setPinned(image.pinned());
    for (HeldName name : image.names()) {
      message.addNames(
          dev.prepull.protocol.v1.HeldName.newBuilder()
              .setName(name.name())
              .setDigest(text(name.digest())));
    }
    return message.build();
  }

  /** Reads the first message of a stream. */
  public static NodeHello hello(Hello message) {
    List<HeldImage> inventory = new ArrayList<>();
    for (var image : message.getInventoryList()) {
      List<HeldName> names =
          image.getNamesList().stream().flatMap(name -> readable(name).stream()).toList();
      inventory.add(new HeldImage(image.getId(), names, image.getSizeBytes(), image.getPinned()));
    }
    return new NodeHello(
        new NodeName(message.getNode()),
        new RuntimeInfo(message.getRuntimeName(), message.getRuntimeVersion()),
        Platform.parse(message.getPlatform()),
        message.getAgentVersion(),
        message.getLabelsMap(),
        Math.max(1, message.getMaxConcurrentPulls()),
        inventory);
  }

  private static Optional<HeldName> readable(dev.prepull.protocol.v1.HeldName name) {
    try {
      return Optional.of(new HeldName(name.getName(), digest(name.getDigest())));
    } catch (IllegalArgumentException e) {
      // Without harm: what the agent reports of the images of its plan does not depend on it.
      return Optional.empty();
    }
  }

  /** Writes news of some images. */
  public static FromAgent reports(Collection<ImageReport> reports) {
    Reports.Builder message = Reports.newBuilder();
    reports.forEach(report -> message.addImages(report(report)));
    return FromAgent.newBuilder().setReports(message).build();
  }

  private static dev.prepull.protocol.v1.ImageReport report(ImageReport report) {
    var message =
        dev.prepull.protocol.v1.ImageReport.newBuilder()
            .setReference(report.reference().written())
            .setState(States.toWire(report.state()))
            .setDigest(text(report.digest()))
            .setSizeBytes(report.sizeBytes())
            .setBytesDone(report.progress().done())
            .setBytesTotal(report.progress().total())
            .setPermit(report.permit());
    report.blobs().forEach(blob -> message.addBlobs(blob(blob)));
    Instant began = report.began();
    if (began != null) {
      message.setBegan(timestamp(began));
    }
    PullProblem problem = report.problem();
    if (problem != null) {
      message.setProblem(problem(problem));
    }
    return message.build();
  }

  private static Problem problem(PullProblem problem) {
    Problem.Builder message =
        Problem.newBuilder()
            .setReason(problem.reason().word())
            .setMessage(problem.message())
            .setAttempt(problem.attempt());
    Instant nextRetry = problem.nextRetry();
    if (nextRetry != null) {
      message.setNextRetry(timestamp(nextRetry));
    }
    return message.build();
  }

  /** Reads news of one image. */
  public static ImageReport report(dev.prepull.protocol.v1.ImageReport message) {
    return new ImageReport(
        ImageReference.parse(message.getReference()),
        States.fromWire(message.getState()),
        digest(message.getDigest()),
        message.getSizeBytes(),
        new PullProgress(message.getBytesDone(), message.getBytesTotal()),
        message.hasBegan() ? instant(message.getBegan()) : null,
        message.hasProblem() ? problem(message.getProblem()) : null,
        message.getPermit(),
        blobs(message.getBlobsList()));
  }

  private static PullProblem problem(Problem message) {
    return new PullProblem(
        PullReason.ofWord(message.getReason()).orElse(PullReason.ERR_IMAGE_PULL),
        message.getMessage(),
        message.getAttempt(),
        message.hasNextRetry() ? instant(message.getNextRetry()) : null);
  }

  /** Writes that the agent works by that plan now. */
  public static FromAgent ack(PlanRevision revision) {
    return FromAgent.newBuilder()
        .setAck(PlanAck.newBuilder().setRevision(revision.value()))
        .build();
  }

  /** Writes that the agent cannot work by that plan. */
  public static FromAgent nack(PlanRevision revision, String error) {
    return FromAgent.newBuilder()
        .setNack(PlanNack.newBuilder().setRevision(revision.value()).setError(error))
        .build();
  }

  /** Writes the token that takes the place of the one presented before. */
  public static FromAgent renewal(String token) {
    return FromAgent.newBuilder().setRenewal(TokenRenewal.newBuilder().setToken(token)).build();
  }

  // --- from the controller

  /** Writes a whole plan. */
  public static FromController plan(NodePlan plan) {
    Plan.Builder message = Plan.newBuilder().setRevision(plan.revision().value());
    plan.images().forEach(image -> message.addImages(plannedImage(image)));
    return FromController.newBuilder().setPlan(message).build();
  }

  private static dev.prepull.protocol.v1.PlannedImage plannedImage(PlannedImage image) {
    ImagePolicy policy = image.policy();
    Long maxSize = policy.maxSizeBytes();
    return dev.prepull.protocol.v1.PlannedImage.newBuilder()
        .setReference(image.reference().written())
        .setAlways(policy.pullPolicy() == PullPolicy.ALWAYS)
        .setPriority(policy.priority())
        .setPin(policy.pin())
        .setMaxSizeBytes(maxSize == null ? 0 : maxSize)
        .setPullTimeout(
            Duration.newBuilder()
                .setSeconds(policy.pullTimeout().getSeconds())
                .setNanos(policy.pullTimeout().getNano()))
        .setDeleteOnRemoval(policy.onRemoval() == RemovalPolicy.DELETE)
        .setOnlyReportDrift(policy.onDrift() == DriftPolicy.REPORT)
        .build();
  }

  /** Reads a whole plan. The revision is the controller's, whatever the content hashes to here. */
  public static NodePlan plan(Plan message) {
    List<PlannedImage> images = new ArrayList<>();
    for (var image : message.getImagesList()) {
      images.add(plannedImage(image));
    }
    return new NodePlan(new PlanRevision(message.getRevision()), images);
  }

  private static PlannedImage plannedImage(dev.prepull.protocol.v1.PlannedImage message) {
    return new PlannedImage(
        ImageReference.parse(message.getReference()),
        new ImagePolicy(
            message.getAlways() ? PullPolicy.ALWAYS : PullPolicy.IF_NOT_PRESENT,
            message.getPriority(),
            message.getPin(),
            message.getMaxSizeBytes() == 0 ? null : message.getMaxSizeBytes(),
            message.hasPullTimeout()
                ? pullTimeout(message.getPullTimeout())
                : ImagePolicy.DEFAULT.pullTimeout(),
            message.getDeleteOnRemoval() ? RemovalPolicy.DELETE : RemovalPolicy.KEEP,
            message.getOnlyReportDrift() ? DriftPolicy.REPORT : DriftPolicy.CONVERGE));
  }

  private static java.time.Duration pullTimeout(Duration message) {
    java.time.Duration timeout;
    try {
      timeout = java.time.Duration.ofSeconds(message.getSeconds(), message.getNanos());
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "pull_timeout of %d s is out of range".formatted(message.getSeconds()), e);
    }
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException("pull_timeout %s is not above zero".formatted(timeout));
    }
    return timeout;
  }

  /** Writes digests that images of the plan shall resolve to. */
  public static FromController locks(Map<ImageReference, ImageDigest> locks) {
    Locks.Builder message = Locks.newBuilder();
    new TreeMap<>(locks)
        .forEach((reference, digest) ->
            message.addLocks(
                Lock.newBuilder().setReference(reference.written()).setDigest(digest.value())));
    return FromController.newBuilder().setLocks(message).build();
  }

  /** Reads digests that images of the plan shall resolve to. */
  public static Map<ImageReference, ImageDigest> locks(Locks message) {
    Map<ImageReference, ImageDigest> locks = new TreeMap<>();
    for (Lock lock : message.getLocksList()) {
      locks.put(ImageReference.parse(lock.getReference()), new ImageDigest(lock.getDigest()));
    }
    return locks;
  }

  /** Writes leave to pull. */
  public static FromController grant(Collection<PullPermit> permits) {
    Grant.Builder message = Grant.newBuilder();
    for (PullPermit permit : permits) {
      Permit.Builder written =
          Permit.newBuilder()
              .setId(permit.id())
              .setReference(permit.reference().written())
              .setLook(permit.purpose() == PullPermit.Purpose.LOOK);
      permit.blobs().forEach(blob -> written.addBlobs(blob(blob)));
      message.addPermits(written);
    }
    return FromController.newBuilder().setGrant(message).build();
  }

  /** Reads leave to pull. */
  public static List<PullPermit> grant(Grant message) {
    List<PullPermit> permits = new ArrayList<>();
    for (Permit permit : message.getPermitsList()) {
      permits.add(
          new PullPermit(
              permit.getId(),
              ImageReference.parse(permit.getReference()),
              permit.getLook() ? PullPermit.Purpose.LOOK : PullPermit.Purpose.CONVERGE,
              blobs(permit.getBlobsList())));
    }
    return permits;
  }

  /** Writes what registries are shown for images of the plan. */
  public static FromController credentials(NodeCredentials credentials) {
    return FromController.newBuilder().setCredentials(WireCredentials.toWire(credentials)).build();
  }

  /**
   * Reads what registries are shown for images of the plan. What an exception says has no secret in
   * it.
   */
  public static NodeCredentials credentials(Credentials message) {
    return WireCredentials.fromWire(message);
  }

  // --- parts

  private static String text(@Nullable ImageDigest digest) {
    return digest == null ? "" : digest.value();
  }

  private static Blob blob(ImageBlob blob) {
    return Blob.newBuilder()
        .setDigest(blob.digest().value())
        .setSizeBytes(blob.sizeBytes())
        .build();
  }

  private static List<ImageBlob> blobs(List<Blob> messages) {
    return messages.stream()
        .map(blob -> new ImageBlob(new ImageDigest(blob.getDigest()), blob.getSizeBytes()))
        .toList();
  }

  private static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  private static Instant instant(Timestamp message) {
    try {
      return Instant.ofEpochSecond(message.getSeconds(), message.getNanos());
    } catch (DateTimeException | ArithmeticException e) {
      throw new IllegalArgumentException(
          "a time of %d s is out of range".formatted(message.getSeconds()), e);
    }
  }

  private static @Nullable ImageDigest digest(String text) {
    return text.isEmpty() ? null : new ImageDigest(text);
  }
}
