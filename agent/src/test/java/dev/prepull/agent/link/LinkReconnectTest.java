package dev.prepull.agent.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.model.HeldImage;
import dev.prepull.model.HeldName;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.NodeHello;
import dev.prepull.program.StartupException;
import dev.prepull.protocol.AgentLinkMapper;
import io.vertx.core.Vertx;
import io.vertx.grpc.common.GrpcStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an agent does when it is not let in, or no longer. */
class LinkReconnectTest {

  private static final ImageReference APP = ImageReference.parse("reg.example/app:1");
  private static final ImageDigest DIGEST = new ImageDigest("sha256:" + "a".repeat(64));

  @TempDir static Path certificates;
  private static TestCertificate certificate;
  private static TestCertificate otherHost;

  @TempDir Path directory;

  private final Vertx vertx = Vertx.vertx();
  private FakeController controller;
  private AgentUnderTest agent;

  @BeforeAll
  static void makeCertificates() throws Exception {
    certificate = TestCertificate.make(certificates, "ip:" + FakeController.HOST);
    otherHost = TestCertificate.make(certificates, "dns:other.example");
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
  void saysThatItDoesNotTrustTheControllerUntilTheRightCaIsThere() throws Exception {
    trust(otherHost);

    agent.link.start();

    assertThat(agent.event())
        .startsWith("the controller's certificate is not trusted")
        .contains("check --ca-file");
    trust(certificate);
    controller.attached();
  }

  @Test
  void saysThatTheCertificateIsForAnotherHost() throws Exception {
    int port = controller.port();
    controller.close();
    controller = new FakeController(vertx, otherHost, port);
    trust(otherHost);

    agent.link.start();

    assertThat(agent.event()).contains("127.0.0.1", "check --ca-file and the host name");
  }

  @Test
  void saysThatItsTokenWasRefusedAndComesBackWithTheNewOne() throws Exception {
    agent.link.start();
    FakeController.Stream refused = controller.stream();
    Files.writeString(agent.token, "renewed");

    refused.end(GrpcStatus.UNAUTHENTICATED, "the token is not the one of node-1");

    assertThat(agent.event()).isEqualTo("UNAUTHENTICATED: the token is not the one of node-1");
    assertThat(controller.stream().authorization()).isEqualTo("Bearer renewed");
  }

  @Test
  void saysWhyAStreamThatStoodWasEnded() throws Exception {
    agent.link.start();
    FakeController.Stream stream = controller.attached();
    assertThat(agent.event()).isEqualTo(AgentUnderTest.ATTACHED);

    stream.end(GrpcStatus.ABORTED, "attached again: 100 % + α");

    assertThat(agent.event()).isEqualTo("ABORTED: attached again: 100 % + α");
    controller.attached();
  }

  @Test
  void comesBackWhenTheControllerEndsTheStreamInPeace() throws Exception {
    agent.link.start();
    FakeController.Stream stream = controller.attached();
    assertThat(agent.event()).isEqualTo(AgentUnderTest.ATTACHED);

    stream.end(GrpcStatus.OK, "");

    assertThat(agent.event()).isEqualTo("the controller ended the stream");
    controller.attached();
  }

  @Test
  void saysHelloWithItsWholeInventoryAgainWhenTheControllerIsBack() throws Exception {
    int port = controller.port();
    agent.says(() -> holding(1));
    agent.link.start();
    controller.attached();
    assertThat(agent.event()).isEqualTo(AgentUnderTest.ATTACHED);
    agent.says(() -> holding(2));

    controller.close();
    controller = new FakeController(vertx, certificate, port);

    assertThat(AgentLinkMapper.hello(controller.stream().take().getHello())).isEqualTo(holding(2));
  }

  @Test
  void reportsEverythingAgainOnANewStream() throws Exception {
    agent.book.changed(ImageReport.of(APP, ImageState.WAITING));
    agent.link.start();
    FakeController.Stream first = controller.attached();
    first.take();

    first.end(GrpcStatus.OK, "");

    assertThat(controller.attached().take().getReports().getImages(0).getReference())
        .isEqualTo(APP.written());
  }

  @Test
  void saysThatNobodyListens() throws Exception {
    int port = controller.port();
    controller.close();

    agent.link.start();

    assertThat(agent.event()).contains("Connection refused");
    controller = new FakeController(vertx, certificate, port);
    controller.attached();
  }

  @Test
  void waitsForARuntimeThatDoesNotAnswer() throws Exception {
    agent.says(() -> {
      throw new IllegalStateException("dockerd is away");
    });

    agent.link.start();

    assertThat(agent.event()).contains("cannot introduce this node", "dockerd is away");
    agent.says(() -> holding(1));
    controller.attached();
  }

  @Test
  void waitsForATokenThatCannotBeRead() throws Exception {
    Files.delete(agent.token);

    agent.link.start();

    assertThat(agent.event()).contains("cannot introduce this node", agent.token.toString());
    Files.writeString(agent.token, "late");
    assertThat(controller.stream().authorization()).isEqualTo("Bearer late");
  }

  @Test
  void getsALargeInventoryThrough() throws Exception {
    agent.says(() -> holding(5_000));

    agent.link.start();

    assertThat(AgentLinkMapper.hello(controller.stream().take().getHello()))
        .isEqualTo(holding(5_000));
  }

  @Test
  void doesNotComeBackOnceItIsClosed() throws Exception {
    agent.link.start();
    FakeController.Stream stream = controller.attached();
    assertThat(agent.event()).isEqualTo(AgentUnderTest.ATTACHED);
    agent.close();
    assertThat(agent.event()).isEqualTo("this agent stops");
    stream.awaitEnd();

    AgentUnderTest another =
        new AgentUnderTest(
            vertx,
            Files.createDirectory(directory.resolve("another")),
            certificate.pem(),
            controller.port());
    another.says(() -> holding(1));
    another.link.start();

    assertThat(AgentLinkMapper.hello(controller.stream().take().getHello())).isEqualTo(holding(1));
    another.close();
  }

  @Test
  void tellsAtTheStartWhichFileCannotBeRead() throws Exception {
    Files.writeString(agent.token, " \n");
    assertThatThrownBy(agent.link::check)
        .isInstanceOf(StartupException.class)
        .hasMessage("Tried to read --token-file %s but it is empty.", agent.token);

    Files.delete(agent.ca);
    assertThatThrownBy(agent.link::check)
        .isInstanceOf(StartupException.class)
        .hasMessageContainingAll("--ca-file " + agent.ca, "Check the path and its permissions");
  }

  private void trust(TestCertificate trusted) throws Exception {
    Path fresh = directory.resolve("fresh.crt");
    Files.copy(trusted.pem(), fresh);
    Files.move(
        fresh, agent.ca, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private static NodeHello holding(int images) {
    return AgentUnderTest.hello(
        IntStream.range(0, images).mapToObj(LinkReconnectTest::held).toList());
  }

  private static HeldImage held(int number) {
    String name = "reg.example/team/an-image-with-a-longer-name-" + number;
    return new HeldImage(
        "sha256:" + "%064x".formatted(number),
        List.of(new HeldName(name + ":1", DIGEST), new HeldName(name + "@" + DIGEST, DIGEST)),
        number,
        false);
  }
}
