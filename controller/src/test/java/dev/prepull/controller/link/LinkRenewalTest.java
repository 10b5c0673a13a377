package dev.prepull.controller.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.reconcile.AgentAuthenticator;
import dev.prepull.controller.reconcile.AgentAuthenticator.Verdict;
import dev.prepull.model.PlanRevision;
import dev.prepull.protocol.AgentLinkMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens expire and certificates are renewed while agents are attached. */
class LinkRenewalTest {

  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration SHORT = Duration.ofMillis(300);

  /** Tokens that were asked about. */
  private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();

  /** A token is good for as long as it says; others are refused. */
  private final AgentAuthenticator authenticator =
      (token, node) -> {
        asked.add(token);
        return switch (token) {
          case "secret", "long" -> CompletableFuture.completedFuture(new Verdict.Admitted(LONG));
          case "short" -> CompletableFuture.completedFuture(new Verdict.Admitted(SHORT));
          default -> CompletableFuture.completedFuture(new Verdict.Refused("it is " + token));
        };
      };

  private TestAgent attach(TestLink link, String token) throws InterruptedException {
    TestAgent agent = link.connect("Bearer " + token);
    agent.hello(TestLink.hello("n1"));
    agent.awaitAdmission();
    assertThat(link.nextTold()).isEqualTo("attached n1");
    assertThat(TestLink.next(asked)).isEqualTo(token);
    return agent;
  }

  @Test
  void sendsAwayAnAgentWhoseTokenHasExpired() throws Exception {
    try (TestLink link = TestLink.start(authenticator)) {
      TestAgent agent = attach(link, "short");

      assertThat(agent.awaitEnd()).isEqualTo("UNAUTHENTICATED: the token has expired");
      assertThat(link.nextRefusal()).isEqualTo("TokenExpired");
      assertThat(link.nextTold()).isEqualTo("detached");
    }
  }

  @Test
  void keepsAnAgentThatPresentsANewerToken() throws Exception {
    try (TestLink link = TestLink.start(authenticator)) {
      TestAgent agent = attach(link, "long");

      agent.say(AgentLinkMapper.renewal("short"));
      assertThat(TestLink.next(asked)).isEqualTo("short");
      agent.say(AgentLinkMapper.renewal("long"));
      assertThat(TestLink.next(asked)).isEqualTo("long");

      agent.say(AgentLinkMapper.renewal("garbage"));
      assertThat(agent.awaitEnd()).isEqualTo("UNAUTHENTICATED: it is garbage");
    }
  }

  @Test
  void checksOneTokenOfAnAgentAtATimeAndThenTheNewest() throws Exception {
    CompletableFuture<Verdict> verdict = new CompletableFuture<>();
    try (TestLink link =
        TestLink.start((token, node) -> {
          CompletionStage<Verdict> answer = authenticator.check(token, node);
          return token.equals("long") ? verdict : answer;
        })) {
      TestAgent agent = attach(link, "secret");

      agent.say(AgentLinkMapper.renewal("long"));
      assertThat(TestLink.next(asked)).isEqualTo("long");
      agent.say(AgentLinkMapper.renewal("passed over"));
      agent.say(AgentLinkMapper.renewal("newest"));
      agent.say(AgentLinkMapper.ack(new PlanRevision("r1")));
      assertThat(link.nextTold()).isEqualTo("acknowledged r1");
      verdict.complete(Verdict.Admitted.FOR_EVER);

      assertThat(agent.awaitEnd()).isEqualTo("UNAUTHENTICATED: it is newest");
      assertThat(asked).containsExactly("newest");
    }
  }

  @Test
  void sendsAwayAnAgentThatPresentsAnothersToken() throws Exception {
    try (TestLink link = TestLink.start(authenticator)) {
      TestAgent agent = attach(link, "secret");

      agent.say(AgentLinkMapper.renewal("stolen"));

      assertThat(agent.awaitEnd()).isEqualTo("UNAUTHENTICATED: it is stolen");
      assertThat(link.nextRefusal()).isEqualTo("BadToken");
    }
  }

  @Test
  void keepsAnAgentWhoseNewerTokenCannotBeChecked() throws Exception {
    List<String> unchecked = List.of("unchecked");
    try (TestLink link =
        TestLink.start((token, node) ->
            unchecked.contains(token)
                ? CompletableFuture.failedFuture(new IllegalStateException("the server is down"))
                : authenticator.check(token, node))) {
      TestAgent agent = attach(link, "secret");

      agent.say(AgentLinkMapper.renewal("unchecked"));
      agent.say(AgentLinkMapper.renewal("other"));

      assertThat(agent.awaitEnd()).isEqualTo("UNAUTHENTICATED: it is other");
    }
  }

  @Test
  void showsANewCertificateToWhoeverConnectsAndKeepsTheOthers(@TempDir Path folder)
      throws Exception {
    TestCertificate other = TestCertificate.in(folder);
    try (TestLink link = TestLink.start(authenticator)) {
      TestAgent before = attach(link, "secret");

      link.show(other);
      TestAgent after = link.connectTrusting(other, "Bearer long");
      after.hello(TestLink.hello("n2"));
      after.awaitAdmission();

      assertThat(link.nextTold()).isEqualTo("attached n2");
      before.leave();
      assertThat(before.awaitEnd()).isEqualTo("OK");
    }
  }
}
