package dev.prepull.controller.link;

import dev.prepull.controller.reconcile.AgentAuthenticator;
import dev.prepull.model.NodeName;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets nobody be asked twice about a token that was just refused, and logs the same refusal once in
 * a while: an agent that comes again and again costs neither the API server nor the log. Keeps
 * digests of tokens only. Thread-safe.
 */
public final class RefusalMemory implements AgentAuthenticator {

  static final Duration ASKED_AGAIN_AFTER = Duration.ofSeconds(10);
  static final Duration LOGGED_AGAIN_AFTER = Duration.ofMinutes(5);

  private static final int MOST = 1024;

  private static final Logger log = LoggerFactory.getLogger(RefusalMemory.class);

  private final AgentAuthenticator authenticator;
  private final Clock clock;
  private final Map<String, Refusal> refusals = bounded();
  private final Map<String, Instant> logged = bounded();

  private record Refusal(Verdict.Refused verdict, Instant at) {}

  /** Asks that one about whatever is not remembered. */
  public RefusalMemory(AgentAuthenticator authenticator, Clock clock) {
    this.authenticator = authenticator;
    this.clock = clock;
  }

  private static <V> Map<String, V> bounded() {
    return new LinkedHashMap<>() {
      @Override
      protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
        return size() > MOST;
      }
    };
  }

  @Override
  public CompletionStage<Verdict> check(String token, NodeName claimed) {
    String key = claimed + " " + digest(token);
    Verdict.Refused remembered = remembered(key);
    if (remembered != null) {
      return CompletableFuture.completedFuture(remembered);
    }
    return authenticator
        .check(token, claimed)
        .whenComplete((verdict, failure) -> {
          if (verdict instanceof Verdict.Refused refused) {
            remember(key, refused, claimed);
          }
        });
  }

  private synchronized Verdict.@Nullable Refused remembered(String key) {
    Refusal refusal = refusals.get(key);
    return refusal != null && clock.instant().isBefore(refusal.at().plus(ASKED_AGAIN_AFTER))
        ? refusal.verdict()
        : null;
  }

  private synchronized void remember(String key, Verdict.Refused refused, NodeName claimed) {
    Instant now = clock.instant();
    refusals.remove(key);
    refusals.put(key, new Refusal(refused, now));
    String line = claimed + " " + refused.why();
    Instant before = logged.get(line);
    if (before == null || !now.isBefore(before.plus(LOGGED_AGAIN_AFTER))) {
      logged.remove(line);
      logged.put(line, now);
      log.atWarn().addKeyValue("node", claimed).log("Agent refused: {}", refused.why());
    }
  }

  private static String digest(String token) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
