package dev.prepull.controller.credentials;

import dev.prepull.controller.reconcile.RegistryToken;
import dev.prepull.credentials.CredentialProblem;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.loop.EventLoop;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One token, renewed long before it ends. When that fails, the old one is kept until its end and
 * only then is there a problem; it is tried again all the while. Belongs to the loop.
 */
final class KeptToken {

  private static final Logger log = LoggerFactory.getLogger(KeptToken.class);

  /** What has just come is believed to be good so long, whatever this machine's clock says. */
  private static final Duration SHORTEST = Duration.ofMinutes(2);

  /**
   * What it works with.
   *
   * @param blocking runs what blocks
   */
  record Tools(EventLoop loop, Executor blocking, RefreshTimes times) {}

  /** How a question ended: with one of the two. */
  private record Answer(@Nullable CloudToken token, @Nullable String failure) {}

  private final String source;
  private final TokenSource tokens;
  private final Tools tools;
  private final Runnable changed;

  private @Nullable CloudToken token;
  private @Nullable String problem;
  private int failures;
  private EventLoop.Timer renewal = () -> {};
  private EventLoop.Timer end = () -> {};
  private boolean dropped;

  /**
   * Asks for the first one.
   *
   * @param registry whose token it is
   * @param changed run on the loop whenever {@link #shown} has become another
   */
  KeptToken(CloudRegistry registry, TokenSource tokens, Tools tools, Runnable changed) {
    this.source = "the controller's token for " + registry;
    this.tokens = tokens;
    this.tools = tools;
    this.changed = changed;
    ask();
  }

  /** What there is now; empty until the first answer. */
  Optional<RegistryToken> shown() {
    if (token != null) {
      return Optional.of(
          RegistryToken.of(
              RegistryCredential.ofPassword(source, token.username(), token.password())));
    }
    return Optional.ofNullable(problem)
        .map(what -> RegistryToken.missing(CredentialProblem.ofWhole(source, what).toString()));
  }

  /** Forgets it, and asks no more. */
  void drop() {
    dropped = true;
    token = null;
    renewal.cancel();
    end.cancel();
  }

  private void ask() {
    tools
        .blocking()
        .execute(() -> {
          Answer answer = answer();
          tools.loop().execute(() -> take(answer));
        });
  }

  private Answer answer() {
    try {
      return new Answer(tokens.ask(), null);
    } catch (TokenException e) {
      return new Answer(null, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer(null, "It was not waited for, because the controller stops.");
    } catch (RuntimeException | LinkageError e) {
      // A bug of ours or of the SDK's; without this there would be no other try.
      log.error("A token cannot be asked for source={}", source, e);
      return new Answer(null, "It cannot be asked for: see the controller's log.");
    }
  }

  private void take(Answer answer) {
    if (dropped) {
      return;
    }
    CloudToken fresh = answer.token();
    if (fresh == null) {
      failed(String.valueOf(answer.failure()));
      return;
    }
    Duration left = Duration.between(tools.loop().now(), fresh.expiry());
    renewed(fresh, left.compareTo(SHORTEST) < 0 ? SHORTEST : left);
  }

  private void renewed(CloudToken fresh, Duration left) {
    log.info("A token came source={} expiry={}", source, fresh.expiry());
    failures = 0;
    problem = null;
    boolean other = !fresh.equals(token);
    token = fresh;
    end.cancel();
    end = tools.loop().after(left, this::ended);
    renewal = tools.loop().after(tools.times().afterSuccess(left), this::ask);
    if (other) {
      changed.run();
    }
  }

  private void failed(String why) {
    failures++;
    boolean other = !why.equals(problem);
    if (other) {
      log.warn("No token came source={} kept={} problem={}", source, token, why);
    }
    problem = why;
    renewal = tools.loop().after(tools.times().afterFailure(failures), this::ask);
    if (other && token == null) {
      changed.run();
    }
  }

  private void ended() {
    token = null;
    if (problem == null) {
      problem = "It has ended, and the question for a new one has no answer yet.";
    }
    changed.run();
  }
}
