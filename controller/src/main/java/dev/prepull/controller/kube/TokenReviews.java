package dev.prepull.controller.kube;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.prepull.controller.reconcile.AgentAuthenticator;
import dev.prepull.model.NodeName;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.AuthenticationV1Api;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1TokenReview;
import io.kubernetes.client.openapi.models.V1TokenReviewSpec;
import io.kubernetes.client.openapi.models.V1TokenReviewStatus;
import io.kubernetes.client.openapi.models.V1UserInfo;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks the API server whose a token is. It has to be one of the agents' ServiceAccount, meant for
 * the controller, and bound to a Pod of the node that it is shown for. Thread-safe.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1/">
 *     TokenReview</a>
 * @see <a
 *     href="https://github.com/kubernetes/enhancements/tree/master/keps/sig-auth/4193-bound-service-account-token-improvements">
 *     KEP-4193, the node in the token</a>
 */
final class TokenReviews implements AgentAuthenticator {

  /** What a token has to be made for. */
  static final String AUDIENCE = "prepull-controller";

  private static final String NODE_NAME = "authentication.kubernetes.io/node-name";
  private static final String POD_NAME = "authentication.kubernetes.io/pod-name";

  /** A fleet that attaches at once must not flood the API server. */
  private static final int AT_ONCE = 32;

  /** More than any fleet has; who comes with ever new tokens shall not fill the memory. */
  static final int MOST_WAITING = 8_192;

  private static final Duration LEAST_LEFT = Duration.ofMinutes(1);

  private static final int NOT_FOUND = 404;

  private final AuthenticationV1Api reviews;
  private final CoreV1Api core;
  private final Account agents;
  private final Clock clock;
  private final Executor blocking;
  private final Consumer<String> failures;
  private final Semaphore room = new Semaphore(AT_ONCE);
  private final Semaphore places = new Semaphore(MOST_WAITING);

  /** The ServiceAccount of all agents. */
  record Account(String namespace, String name) {

    String username() {
      return "system:serviceaccount:%s:%s".formatted(namespace, name);
    }
  }

  /**
   * Asks through that client.
   *
   * @param blocking runs what blocks
   * @param failures is told each failed request
   */
  TokenReviews(
      AuthenticationV1Api reviews,
      CoreV1Api core,
      Account agents,
      Clock clock,
      Executor blocking,
      Consumer<String> failures) {
    this.reviews = reviews;
    this.core = core;
    this.agents = agents;
    this.clock = clock;
    this.blocking = blocking;
    this.failures = failures;
  }

  @Override
  public CompletionStage<Verdict> check(String token, NodeName claimed) {
    if (!places.tryAcquire()) {
      return CompletableFuture.failedStage(
          new IllegalStateException(
              "%d tokens wait for their review already. Look for who presents them: prepull_controller_agents_refused_total, and NetworkPolicy prepull-controller."
                  .formatted(MOST_WAITING)));
    }
    return CompletableFuture.supplyAsync(() -> review(token, claimed), blocking)
        .whenComplete((verdict, failure) -> places.release());
  }

  private Verdict review(String token, NodeName claimed) {
    room.acquireUninterruptibly();
    try {
      return judge(token, reviewed(token), claimed);
    } catch (ApiException e) {
      failures.accept("create TokenReview");
      throw new IllegalStateException(
          "Tried to have a token reviewed but failed: %s. %s"
              .formatted(KubeFailures.describe(e), KubeFailures.advice(e)),
          e);
    } finally {
      room.release();
    }
  }

  private V1TokenReviewStatus reviewed(String token) throws ApiException {
    V1TokenReviewStatus status =
        reviews
            .createTokenReview(
                new V1TokenReview()
                    .spec(new V1TokenReviewSpec().token(token).audiences(List.of(AUDIENCE))))
            .execute()
            .getStatus();
    return status == null ? new V1TokenReviewStatus() : status;
  }

  private Verdict judge(String token, V1TokenReviewStatus status, NodeName claimed)
      throws ApiException {
    if (!Boolean.TRUE.equals(status.getAuthenticated())) {
      return new Verdict.Refused(
          "the API server does not accept the token: "
              + (status.getError() == null ? "it gives no reason" : status.getError()));
    }
    if (status.getAudiences() == null || !status.getAudiences().contains(AUDIENCE)) {
      return new Verdict.Refused("the token is not meant for the audience " + AUDIENCE);
    }
    V1UserInfo user = status.getUser() == null ? new V1UserInfo() : status.getUser();
    if (!agents.username().equals(user.getUsername())) {
      return new Verdict.Refused(
          "the token is %s's, not %s's".formatted(user.getUsername(), agents.username()));
    }
    String node = nodeOf(user);
    if (node == null) {
      return new Verdict.Refused(
          "the token is not bound to a Pod that runs on a node; mount it as a projected volume");
    }
    return node.equals(claimed.value())
        ? new Verdict.Admitted(remaining(token))
        : new Verdict.Refused(
            "the token is bound to node %s, and was shown for %s".formatted(node, claimed));
  }

  /** Clusters before 1.30 tell the Pod alone. */
  private @Nullable String nodeOf(V1UserInfo user) throws ApiException {
    Map<String, List<String>> extra = user.getExtra() == null ? Map.of() : user.getExtra();
    List<String> nodes = extra.getOrDefault(NODE_NAME, List.of());
    if (!nodes.isEmpty()) {
      return nodes.getFirst();
    }
    List<String> pods = extra.getOrDefault(POD_NAME, List.of());
    return pods.isEmpty() ? null : nodeOfPod(pods.getFirst());
  }

  private @Nullable String nodeOfPod(String name) throws ApiException {
    try {
      V1Pod pod = core.readNamespacedPod(name, agents.namespace()).execute();
      return pod.getSpec() == null ? null : pod.getSpec().getNodeName();
    } catch (ApiException e) {
      if (e.getCode() == NOT_FOUND) {
        return null;
      }
      throw e;
    }
  }

  /**
   * How long a JSON Web Token says that it is good for; null when it does not say. Never nothing,
   * because the API server has just taken it: this machine's clock may be fast.
   */
  private @Nullable Duration remaining(String token) {
    String[] parts = token.split("\\.", -1);
    if (parts.length != 3) {
      return null;
    }
    try {
      String claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
      JsonElement expiry = JsonParser.parseString(claims).getAsJsonObject().get("exp");
      if (expiry == null) {
        return null;
      }
      Duration left = Duration.between(clock.instant(), Instant.ofEpochSecond(expiry.getAsLong()));
      return left.compareTo(LEAST_LEFT) < 0 ? LEAST_LEFT : left;
    } catch (IllegalArgumentException
        | IllegalStateException
        | UnsupportedOperationException
        | DateTimeException
        | JsonParseException e) {
      // It is the API server that decides whether it is good; this only says when to ask again.
      return null;
    }
  }
}
