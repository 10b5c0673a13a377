package dev.prepull.controller.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.controller.reconcile.AgentAuthenticator.Verdict;
import dev.prepull.model.NodeName;
import io.kubernetes.client.openapi.apis.AuthenticationV1Api;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1TokenReview;
import io.kubernetes.client.openapi.models.V1TokenReviewStatus;
import io.kubernetes.client.openapi.models.V1UserInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Only the agent of a node may speak for it. */
class TokenReviewsTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final String AGENT = "system:serviceaccount:prepull-system:prepull-agent";
  private static final NodeName NODE = new NodeName("node-1");
  private static final String NODE_NAME = "authentication.kubernetes.io/node-name";
  private static final String POD_NAME = "authentication.kubernetes.io/pod-name";

  private final FakeApiServer server;
  private final List<String> failures = new ArrayList<>();
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private final TokenReviews reviews;
  private boolean busy;

  TokenReviewsTest() throws IOException {
    server = new FakeApiServer();
    reviews =
        new TokenReviews(
            new AuthenticationV1Api(server.client()),
            server.api(),
            new TokenReviews.Account(FakeApiServer.NAMESPACE, "prepull-agent"),
            Clock.fixed(NOW, ZoneOffset.UTC),
            task -> {
              if (busy) {
                waiting.add(task);
              } else {
                task.run();
              }
            },
            failures::add);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** The API server knows the token as this user's, made for that audience. */
  private void knows(String username, String audience, Map<String, List<String>> extra) {
    server.judge =
        review ->
            new V1TokenReviewStatus()
                .authenticated(true)
                .audiences(List.of(audience))
                .user(new V1UserInfo().username(username).extra(extra));
  }

  private Verdict check(String token) {
    return reviews.check(token, NODE).toCompletableFuture().join();
  }

  private String refusal() {
    return check("token") instanceof Verdict.Refused(String why) ? why : "admitted";
  }

  @Test
  void sendsAwayWhoComesWhileTooManyWaitAndGoesOnAfterwards() {
    knows(AGENT, TokenReviews.AUDIENCE, Map.of(NODE_NAME, List.of("node-1")));
    busy = true;
    for (int i = 0; i < TokenReviews.MOST_WAITING; i++) {
      var _ = reviews.check("token" + i, NODE);
    }

    assertThatThrownBy(() -> check("one too many"))
        .isInstanceOf(CompletionException.class)
        .hasMessageContaining("8192 tokens wait for their review already");
    Objects.requireNonNull(waiting.poll()).run();
    busy = false;
    assertThat(check("another")).isInstanceOf(Verdict.Admitted.class);
  }

  /** A JSON Web Token with those claims; nobody looks at its signature here. */
  private static String jwt(String claims) {
    return "e30.%s.c2ln"
        .formatted(
            Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(claims.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void letsInTheAgentOfTheNode() {
    knows(AGENT, TokenReviews.AUDIENCE, Map.of(NODE_NAME, List.of("node-1")));

    assertThat(check("opaque")).isEqualTo(Verdict.Admitted.FOR_EVER);
  }

  @Test
  void asksForTheTokenAndForItsAudience() {
    List<V1TokenReview> asked = new ArrayList<>();
    server.judge =
        review -> {
          asked.add(review);
          return new V1TokenReviewStatus().authenticated(false);
        };

    check("token");

    assertThat(asked)
        .singleElement()
        .extracting(review -> Objects.requireNonNull(review.getSpec()))
        .satisfies(spec -> {
          assertThat(spec.getToken()).isEqualTo("token");
          assertThat(spec.getAudiences()).containsExactly("prepull-controller");
        });
  }

  @Test
  void saysHowLongTheTokenIsGoodFor() {
    knows(AGENT, TokenReviews.AUDIENCE, Map.of(NODE_NAME, List.of("node-1")));

    assertThat(check(jwt("{\"exp\": %d}".formatted(NOW.getEpochSecond() + 600))))
        .isEqualTo(new Verdict.Admitted(Duration.ofMinutes(10)));
  }

  @Test
  void takesATokenForAMinuteThatHasExpiredByThisMachinesClockAlone() {
    knows(AGENT, TokenReviews.AUDIENCE, Map.of(NODE_NAME, List.of("node-1")));

    assertThat(check(jwt("{\"exp\": %d}".formatted(NOW.getEpochSecond() - 600))))
        .isEqualTo(new Verdict.Admitted(Duration.ofMinutes(1)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[]", "7", "not json", "{\"exp\": \"soon\"}", "{\"exp\": {}}", ""})
  void takesATokenThatDoesNotSayHowLongItIsGoodFor(String claims) {
    knows(AGENT, TokenReviews.AUDIENCE, Map.of(NODE_NAME, List.of("node-1")));

    assertThat(check(jwt(claims))).isEqualTo(Verdict.Admitted.FOR_EVER);
  }

  @Test
  void refusesWhatTheApiServerDoesNotKnow() {
    server.judge =
        review -> new V1TokenReviewStatus().authenticated(false).error("token has expired");

    assertThat(refusal()).isEqualTo("the API server does not accept the token: token has expired");
  }

  @Test
  void refusesATokenForAnotherAudience() {
    knows(AGENT, "https://kubernetes.default.svc", Map.of(NODE_NAME, List.of("node-1")));

    assertThat(refusal()).isEqualTo("the token is not meant for the audience prepull-controller");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "system:serviceaccount:prepull-system:default",
        "system:serviceaccount:default:prepull-agent",
        "prepull-agent"
      })
  void refusesTheTokenOfAnotherAccount(String username) {
    knows(username, TokenReviews.AUDIENCE, Map.of(NODE_NAME, List.of("node-1")));

    assertThat(refusal()).isEqualTo("the token is %s's, not %s's".formatted(username, AGENT));
  }

  @Test
  void refusesTheTokenOfAnotherNode() {
    knows(AGENT, TokenReviews.AUDIENCE, Map.of(NODE_NAME, List.of("node-2")));

    assertThat(refusal()).isEqualTo("the token is bound to node node-2, and was shown for node-1");
  }

  @Test
  void refusesATokenThatIsBoundToNoPod() {
    knows(AGENT, TokenReviews.AUDIENCE, Map.of());

    assertThat(refusal()).contains("not bound to a Pod", "projected volume");
  }

  @Test
  void findsTheNodeOfThePodInAClusterThatDoesNotTellIt() {
    knows(AGENT, TokenReviews.AUDIENCE, Map.of(POD_NAME, List.of("agent-x")));
    server.pods.put(
        "agent-x",
        new V1Pod()
            .metadata(new V1ObjectMeta().name("agent-x"))
            .spec(new V1PodSpec().nodeName("node-1").containers(List.of())));

    assertThat(check("token")).isEqualTo(Verdict.Admitted.FOR_EVER);
  }

  @Test
  void refusesTheTokenOfAPodThatIsGone() {
    knows(AGENT, TokenReviews.AUDIENCE, Map.of(POD_NAME, List.of("agent-x")));

    assertThat(refusal()).contains("not bound to a Pod");
  }

  @Test
  void doesNotDecideWhenTheApiServerDoesNotAnswer() {
    server.refusal = 403;

    assertThatThrownBy(() -> check("token"))
        .isInstanceOf(CompletionException.class)
        .cause()
        .hasMessageStartingWith("Tried to have a token reviewed but failed: 403 as the test wishes")
        .hasMessageContaining("RBAC")
        .hasMessageNotContaining("token:");
    assertThat(failures).containsExactly("create TokenReview");
  }
}
