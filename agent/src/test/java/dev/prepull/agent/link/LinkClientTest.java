package dev.prepull.agent.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.credentials.NodeCredentials;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.HeldImage;
import dev.prepull.model.HeldName;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImagePolicy;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlannedImage;
import dev.prepull.model.PullPermit;
import dev.prepull.model.PullProgress;
import dev.prepull.protocol.AgentLinkMapper;
import dev.prepull.protocol.v1.Credentials;
import dev.prepull.protocol.v1.FromAgent;
import dev.prepull.protocol.v1.FromController;
import dev.prepull.protocol.v1.Grant;
import dev.prepull.protocol.v1.ImageCredentials;
import dev.prepull.protocol.v1.Lock;
import dev.prepull.protocol.v1.Locks;
import dev.prepull.protocol.v1.Permit;
import dev.prepull.protocol.v1.Plan;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What agent and controller say to each other on a stream that stands. */
class LinkClientTest {

  private static final ImageReference APP = ImageReference.parse("reg.example/app:1");
  private static final ImageReference WEB = ImageReference.parse("reg.example/web:1");
  private static final ImageDigest DIGEST = new ImageDigest("sha256:" + "a".repeat(64));

  @TempDir static Path certificates;
  private static TestCertificate certificate;

  @TempDir Path directory;

  private final Vertx vertx = Vertx.vertx();
  private FakeController controller;
  private AgentUnderTest agent;

  @BeforeAll
  static void makeCertificate() throws Exception {
    certificate = TestCertificate.make(certificates, "ip:" + FakeController.HOST);
  }

  @BeforeEach
  void start() throws Exception {
    controller = new FakeController(vertx, certificate, 0);
    agent = new AgentUnderTest(vertx, directory, certificate.pem(), controller.port());
  }

  @AfterEach
  void stop() throws Exception {
    agent.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void saysHelloFirstWithItsTokenAndItsInventory() throws Exception {
    HeldImage held =
        new HeldImage("sha256:1d", List.of(new HeldName(APP.stored(), DIGEST)), 10, true);
    agent.says(() -> AgentUnderTest.hello(List.of(held)));
    agent.book.changed(ImageReport.of(APP, ImageState.WAITING));

    agent.link.start();

    FakeController.Stream stream = controller.stream();
    assertThat(stream.authorization()).isEqualTo("Bearer secret");
    assertThat(AgentLinkMapper.hello(stream.take().getHello()))
        .isEqualTo(AgentUnderTest.hello(List.of(held)));
  }

  @Test
  void isAttachedOnceTheControllerLetsItIn() throws Exception {
    agent.link.start();

    controller.attached();

    assertThat(agent.event()).isEqualTo(AgentUnderTest.ATTACHED);
  }

  @Test
  void passesAPlanOnAndAcknowledgesIt() throws Exception {
    agent.link.start();
    NodePlan plan = plan(APP, WEB);

    FakeController.Stream stream = controller.attached().send(AgentLinkMapper.plan(plan));

    assertThat(agent.order()).isEqualTo(plan);
    assertThat(stream.take()).isEqualTo(AgentLinkMapper.ack(plan.revision()));
  }

  @Test
  void refusesAPlanThatItCannotReadAndGoesOnWithTheOneBefore() throws Exception {
    agent.link.start();
    FakeController.Stream stream = controller.attached().send(AgentLinkMapper.plan(plan(APP)));
    stream.take();

    stream.send(unreadablePlan()).send(AgentLinkMapper.grant(List.of(permit(APP))));

    FromAgent answer = stream.take();
    assertThat(answer.getNack().getRevision()).isEqualTo("r2");
    assertThat(answer.getNack().getError()).contains("\"A B\" is not an image reference");
    assertThat(agent.order()).isEqualTo(plan(APP));
    assertThat(agent.order()).as("nothing between plan and grant").isEqualTo(List.of(permit(APP)));
  }

  @Test
  void overlooksAGrantThatItCannotRead() throws Exception {
    agent.link.start();

    controller
        .attached()
        .send(
            FromController.newBuilder()
                .setGrant(Grant.newBuilder().addPermits(Permit.newBuilder().setReference("A B")))
                .build())
        .send(AgentLinkMapper.grant(List.of(permit(APP), permit(WEB))));

    assertThat(agent.order()).isEqualTo(List.of(permit(APP), permit(WEB)));
  }

  @Test
  void handsLocksOn() throws Exception {
    agent.link.start();

    controller.attached().send(AgentLinkMapper.locks(Map.of(APP, DIGEST)));

    assertThat(agent.order()).isEqualTo(Map.of(APP, DIGEST));
  }

  @Test
  void overlooksLocksThatItCannotRead() throws Exception {
    agent.link.start();

    controller
        .attached()
        .send(
            FromController.newBuilder()
                .setLocks(Locks.newBuilder().addLocks(Lock.newBuilder().setReference("A B")))
                .build())
        .send(AgentLinkMapper.locks(Map.of(APP, DIGEST)));

    assertThat(agent.order()).isEqualTo(Map.of(APP, DIGEST));
  }

  @Test
  void handsCredentialsOnInTheirPlace() throws Exception {
    agent.link.start();
    NodeCredentials credentials =
        new NodeCredentials(
            Map.of(
                APP,
                new NodeCredentials.OfImage(
                    List.of(RegistryCredential.ofPassword("Secret a/b", "alice", "s3cret")),
                    List.of("Secret a/c: is missing"))));

    controller
        .attached()
        .send(AgentLinkMapper.plan(plan(APP)))
        .send(AgentLinkMapper.credentials(credentials))
        .send(AgentLinkMapper.locks(Map.of(APP, DIGEST)));

    assertThat(agent.order()).isEqualTo(plan(APP));
    assertThat(agent.order()).isEqualTo(credentials);
    assertThat(agent.order()).isEqualTo(Map.of(APP, DIGEST));
  }

  @Test
  void overlooksCredentialsThatItCannotRead() throws Exception {
    agent.link.start();

    controller
        .attached()
        .send(
            FromController.newBuilder()
                .setCredentials(
                    Credentials.newBuilder()
                        .addImages(ImageCredentials.newBuilder().setReference("A B")))
                .build())
        .send(AgentLinkMapper.credentials(NodeCredentials.EMPTY));

    assertThat(agent.order()).isEqualTo(NodeCredentials.EMPTY);
  }

  @Test
  void overlooksAMessageOfANewerController() throws Exception {
    agent.link.start();

    controller
        .attached()
        .send(FromController.getDefaultInstance())
        .send(AgentLinkMapper.plan(NodePlan.EMPTY));

    assertThat(agent.order()).isEqualTo(NodePlan.EMPTY);
  }

  @Test
  void reportsOnlyTheNewestOfEachImageOnceItIsLetIn() throws Exception {
    agent.link.start();
    FakeController.Stream stream = controller.stream();
    stream.take();
    agent.book.changed(ImageReport.of(APP, ImageState.WAITING));
    agent.book.changed(ImageReport.of(WEB, ImageState.WAITING));
    agent.book.changed(ImageReport.pulling(APP, new PullProgress(1, 2), Instant.EPOCH));

    stream.letIn();

    assertThat(reports(stream.take()))
        .containsExactly(
            ImageReport.pulling(APP, new PullProgress(1, 2), Instant.EPOCH),
            ImageReport.of(WEB, ImageState.WAITING));
  }

  @Test
  void reportsNewsAtOnce() throws Exception {
    agent.link.start();
    FakeController.Stream stream = controller.attached();
    assertThat(agent.event()).isEqualTo(AgentUnderTest.ATTACHED);

    agent.book.changed(ImageReport.present(APP, DIGEST, 10));

    assertThat(reports(stream.take())).containsExactly(ImageReport.present(APP, DIGEST, 10));
  }

  @Test
  void reportsThousandsOfImagesInPortions() throws Exception {
    List<ImageReport> all =
        IntStream.range(0, 5_000)
            .mapToObj(i -> ImageReport.present(ImageReference.parse("app:" + i), DIGEST, i))
            .toList();
    all.forEach(agent.book::changed);
    agent.link.start();

    FakeController.Stream stream = controller.attached();

    List<ImageReport> received = new ArrayList<>();
    while (received.size() < all.size()) {
      List<ImageReport> portion = reports(stream.take());
      assertThat(portion).hasSizeBetween(1, 200);
      received.addAll(portion);
    }
    assertThat(received).containsExactlyInAnyOrderElementsOf(all);
  }

  @Test
  void presentsATokenThatTheKubeletHasRenewed() throws Exception {
    agent.link.start();
    FakeController.Stream stream = controller.attached();

    Files.writeString(agent.token, "renewed\n");

    assertThat(stream.take().getRenewal().getToken()).isEqualTo("renewed");
  }

  @Test
  void endsItsStreamWhenItStops() throws Exception {
    agent.link.start();
    FakeController.Stream stream = controller.attached();
    assertThat(agent.event()).isEqualTo(AgentUnderTest.ATTACHED);

    agent.close();

    stream.awaitEnd();
    assertThat(agent.event()).isEqualTo("this agent stops");
  }

  private static NodePlan plan(ImageReference... references) {
    return NodePlan.of(
        Arrays.stream(references)
            .map(reference -> new PlannedImage(reference, ImagePolicy.DEFAULT))
            .toList());
  }

  private static FromController unreadablePlan() {
    var image = dev.prepull.protocol.v1.PlannedImage.newBuilder().setReference("A B");
    return FromController.newBuilder()
        .setPlan(Plan.newBuilder().setRevision("r2").addImages(image))
        .build();
  }

  private static List<ImageReport> reports(FromAgent message) {
    return message.getReports().getImagesList().stream().map(AgentLinkMapper::report).toList();
  }

  private static PullPermit permit(ImageReference reference) {
    return new PullPermit(1, reference, PullPermit.Purpose.CONVERGE, List.of());
  }
}
