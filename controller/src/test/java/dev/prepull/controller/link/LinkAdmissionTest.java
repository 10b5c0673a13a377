package dev.prepull.controller.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.controller.reconcile.AgentAuthenticator.Verdict;
import dev.prepull.model.HeldImage;
import dev.prepull.model.HeldName;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.NodeHello;
import dev.prepull.model.PlanRevision;
import dev.prepull.protocol.AgentLinkMapper;
import dev.prepull.protocol.v1.FromAgent;
import dev.prepull.protocol.v1.Hello;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is let in, and what the others are told. */
class LinkAdmissionTest {

  @Test
  void letsInWhoPresentsTheToken() throws Exception {
    try (TestLink link = TestLink.start()) {
      link.attach("n1");

      assertThat(link.nextTold()).isEqualTo("attached n1");
      assertThat(link.nextHello()).isEqualTo(TestLink.hello("n1"));
    }
  }

  @Test
  void refusesAndCountsAnotherToken() throws Exception {
    try (TestLink link = TestLink.start()) {
      TestAgent agent = link.connect("Bearer guess");
      agent.hello(TestLink.hello("n1"));

      assertThat(agent.awaitEnd()).isEqualTo("UNAUTHENTICATED: not the token of n1");
      assertThat(link.nextRefusal()).isEqualTo("BadToken");
      assertThat(link.isQuiet()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "secret", "Basic secret", "bearer"})
  void refusesAndCountsWhoPresentsNoBearerToken(String authorization) throws Exception {
    try (TestLink link = TestLink.start()) {
      TestAgent agent = link.connect(authorization);
      agent.hello(TestLink.hello("n1"));

      assertThat(agent.awaitEnd()).isEqualTo("UNAUTHENTICATED: no bearer token was presented");
      assertThat(link.nextRefusal()).isEqualTo("NoToken");
      assertThat(link.isQuiet()).isTrue();
    }
  }

  @Test
  void refusesWhoDoesNotBeginWithAHello() throws Exception {
    try (TestLink link = TestLink.start()) {
      TestAgent agent = link.connect("Bearer " + TestLink.TOKEN);
      agent.say(AgentLinkMapper.ack(new PlanRevision("r1")));

      assertThat(agent.awaitEnd()).isEqualTo("INVALID_ARGUMENT: the first message must be a Hello");
      assertThat(link.nextRefusal()).isEqualTo("NoHello");
    }
  }

  @Test
  void refusesAHelloThatCannotBeRead() throws Exception {
    try (TestLink link = TestLink.start()) {
      TestAgent agent = link.connect("Bearer " + TestLink.TOKEN);
      agent.say(FromAgent.newBuilder().setHello(Hello.newBuilder().setNode("No Node")).build());

      assertThat(agent.awaitEnd())
          .startsWith("INVALID_ARGUMENT: ")
          .contains("\"No Node\" is not a node name");
      assertThat(link.nextRefusal()).isEqualTo("BadHello");
    }
  }

  @Test
  void asksToTryAgainWhenTheTokenCannotBeChecked() throws Exception {
    try (TestLink link =
        TestLink.start(
            (token, node) -> CompletableFuture.failedFuture(new IllegalStateException("down")))) {
      TestAgent agent = link.connect("Bearer " + TestLink.TOKEN);
      agent.hello(TestLink.hello("n1"));

      assertThat(agent.awaitEnd()).isEqualTo("UNAVAILABLE: the token could not be checked");
      assertThat(link.nextRefusal()).isEqualTo("CheckFailed");
    }
  }

  @Test
  void keepsWhatTheAgentSaysWhileItsTokenIsChecked() throws Exception {
    CompletableFuture<Verdict> verdict = new CompletableFuture<>();
    try (TestLink link = TestLink.start((token, node) -> verdict)) {
      TestAgent agent = link.connect("Bearer " + TestLink.TOKEN);
      agent.hello(TestLink.hello("n1"));
      agent.say(AgentLinkMapper.ack(new PlanRevision("r1")));

      verdict.complete(Verdict.Admitted.FOR_EVER);

      assertThat(link.nextTold()).isEqualTo("attached n1");
      assertThat(link.nextTold()).isEqualTo("acknowledged r1");
    }
  }

  @Test
  void takesAHelloOfFiveThousandImages() throws Exception {
    HeldImage[] inventory =
        IntStream.range(0, 5000)
            .mapToObj(i ->
                new HeldImage(
                    "sha256:%064x".formatted(i),
                    List.of(
                        new HeldName(
                            "registry.example.com/team/application-%04d:v1".formatted(i),
                            new ImageDigest("sha256:%064x".formatted(i)))),
                    i,
                    false))
            .toArray(HeldImage[]::new);
    NodeHello hello = TestLink.hello("n1", inventory);
    try (TestLink link = TestLink.start()) {
      link.connect("Bearer " + TestLink.TOKEN).hello(hello);

      assertThat(link.nextHello().inventory()).isEqualTo(hello.inventory());
    }
  }

  @Test
  void speaksToNobodyWhoDoesNotTrustItsCertificate(@TempDir Path folder) throws Exception {
    Path other = TestCertificate.in(folder).certificate();
    Vertx vertx = Vertx.vertx();
    try (TestLink link = TestLink.start()) {
      assertThatThrownBy(() -> TestAgent.connect(vertx, link.port(), other, "Bearer x"))
          .isInstanceOf(SSLHandshakeException.class);
    } finally {
      vertx.close().await();
    }
  }
}
