package dev.prepull.controller.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.reconcile.AgentAuthenticator.Verdict;
import dev.prepull.model.NodeName;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Who comes again and again with a bad token costs nothing. */
class RefusalMemoryTest {

  private static final NodeName NODE = new NodeName("n1");

  private final List<String> asked = new ArrayList<>();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  private final RefusalMemory memory =
      new RefusalMemory(
          (token, node) -> {
            asked.add(node + " " + token);
            return CompletableFuture.completedFuture(
                token.equals("good") ? Verdict.Admitted.FOR_EVER : new Verdict.Refused("bad"));
          },
          new Clock() {
            @Override
            public ZoneId getZone() {
              return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
              return this;
            }

            @Override
            public Instant instant() {
              return now;
            }
          });

  private Verdict check(String token, NodeName node) {
    return memory.check(token, node).toCompletableFuture().join();
  }

  @Test
  void asksOnceAboutATokenThatWasJustRefused() {
    check("stolen", NODE);

    assertThat(check("stolen", NODE)).isEqualTo(new Verdict.Refused("bad"));
    assertThat(asked).containsExactly("n1 stolen");
  }

  @Test
  void asksAgainAfterAWhile() {
    check("stolen", NODE);
    now = now.plus(RefusalMemory.ASKED_AGAIN_AFTER);

    check("stolen", NODE);

    assertThat(asked).containsExactly("n1 stolen", "n1 stolen");
  }

  @Test
  void asksAboutAnotherTokenAndAboutAnotherNode() {
    check("stolen", NODE);

    check("stolen", new NodeName("n2"));
    check("good", NODE);

    assertThat(asked).containsExactly("n1 stolen", "n2 stolen", "n1 good");
  }

  @Test
  void asksEachTimeAboutATokenThatIsGood() {
    check("good", NODE);
    now = now.plus(Duration.ofSeconds(1));

    assertThat(check("good", NODE)).isEqualTo(Verdict.Admitted.FOR_EVER);
    assertThat(asked).hasSize(2);
  }
}
