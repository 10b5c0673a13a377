package dev.prepull.controller.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.credentials.CloudRegistry.Google;
import dev.prepull.controller.reconcile.RegistryToken;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.loop.FakeEventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Tokens of clouds over hours and days: when they are asked for, kept, renewed and forgotten. */
class CloudTokensTest {

  private static final String ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
  private static final String OTHER_ECR = "210987654321.dkr.ecr.eu-west-1.amazonaws.com";
  private static final String GCR = "eu.gcr.io";
  private static final String PKG = "europe-docker.pkg.dev";
  private static final String ACR = "example.azurecr.io";

  private static final Duration LIFE = Duration.ofHours(12);

  private final FakeEventLoop loop = new FakeEventLoop();

  /** When which registry was asked for. */
  private final List<Instant> asked = new ArrayList<>();

  private final List<CloudRegistry> askedFor = new ArrayList<>();

  /** What was told last, by host, and how often anything was. */
  private final Map<String, RegistryToken> told = new HashMap<>();

  private int tellings;

  /** What the clouds answer. */
  private TokenSource cloud = this::numbered;

  private int given;

  private final CloudTokens tokens =
      CloudTokens.with(
          Set.of(Cloud.ECR, Cloud.GOOGLE),
          loop,
          Runnable::run,
          new SplittableRandom(7),
          registry ->
              () -> {
                asked.add(loop.now());
                askedFor.add(registry);
                return cloud.ask();
              });

  private CloudToken numbered() {
    return new CloudToken("user", "token-" + ++given, loop.now().plus(LIFE));
  }

  private static CloudToken down() throws TokenException {
    throw new TokenException("The cloud is down.");
  }

  private Set<String> need(String... hosts) {
    Set<String> ours =
        tokens.need(
            Set.of(hosts),
            (host, token) -> {
              told.put(host, token);
              tellings++;
            });
    loop.run();
    return ours;
  }

  private String password(String host) {
    return told(host).credentials().stream()
        .map(RegistryCredential::password)
        .findFirst()
        .orElse("");
  }

  private RegistryToken told(String host) {
    return Objects.requireNonNull(told.get(host), host);
  }

  @Test
  void isForRegistriesOfEnabledCloudsAlone() {
    assertThat(need(ECR, PKG, ACR, "docker.io", "localhost:5000"))
        .containsExactlyInAnyOrder(ECR, PKG);
    assertThat(told.keySet()).containsExactlyInAnyOrder(ECR, PKG);
  }

  @Test
  void asksOnceForRegistriesThatTakeTheSameToken() {
    need(GCR, PKG, ECR, OTHER_ECR);

    assertThat(askedFor).hasSize(3).containsOnlyOnce(new Google());
    assertThat(password(GCR)).isEqualTo(password(PKG));
    assertThat(password(ECR)).isNotEqualTo(password(OTHER_ECR));
  }

  @Test
  void tellsWhoComesLaterWhatIsThereAlready() {
    need(GCR);

    need(GCR, PKG);

    assertThat(asked).hasSize(1);
    assertThat(password(PKG)).isEqualTo("token-1");
    assertThat(tellings).isEqualTo(2);
  }

  @Test
  void renewsATokenInTheSecondHalfOfItsLifeSoThatThereIsNoGap() {
    need(ECR);

    for (int day = 0; day < 3; day++) {
      for (int minute = 0; minute < 24 * 60; minute++) {
        loop.advance(Duration.ofMinutes(1));
        assertThat(told(ECR).credentials()).hasSize(1);
      }
    }

    for (int i = 1; i < asked.size(); i++) {
      assertThat(Duration.between(asked.get(i - 1), asked.get(i)))
          .isBetween(LIFE.dividedBy(2), LIFE.multipliedBy(6).dividedBy(10));
    }
    assertThat(asked).hasSizeBetween(10, 13);
    assertThat(password(ECR)).isEqualTo("token-" + asked.size());
  }

  @Test
  void keepsATokenThatCannotBeRenewedUntilItsEnd() {
    need(ECR);
    cloud = CloudTokensTest::down;

    loop.advance(LIFE.minusSeconds(1));
    assertThat(password(ECR)).isEqualTo("token-1");
    assertThat(told(ECR).problems()).isEmpty();

    loop.advance(Duration.ofSeconds(1));
    assertThat(told(ECR))
        .isEqualTo(
            RegistryToken.missing(
                "the controller's token for ECR of %s: The cloud is down.".formatted(ECR)));
  }

  @Test
  void triesAgainAfterSecondsAtFirstAndMinutesAtLast() {
    cloud = CloudTokensTest::down;
    need(ECR);

    loop.advance(Duration.ofHours(1));

    assertThat(Duration.between(asked.get(0), asked.get(1)))
        .isBetween(Duration.ofSeconds(4), Duration.ofSeconds(6));
    for (int i = 8; i < asked.size(); i++) {
      assertThat(Duration.between(asked.get(i - 1), asked.get(i)))
          .isBetween(Duration.ofMinutes(4), Duration.ofMinutes(6));
    }
    assertThat(tellings).isEqualTo(1);
  }

  @Test
  void tellsATokenAsSoonAsTheCloudGivesOne() {
    cloud = CloudTokensTest::down;
    need(ECR);
    assertThat(told(ECR).problems()).hasSize(1);

    cloud = this::numbered;
    loop.advance(Duration.ofSeconds(6));

    assertThat(told(ECR))
        .isEqualTo(
            RegistryToken.of(
                RegistryCredential.ofPassword(
                    "the controller's token for ECR of " + ECR, "user", "token-1")));
  }

  @Test
  void aCloudThatGivesTheSameTokenAgainIsNoNews() {
    CloudToken same = numbered();
    cloud = () -> same;
    need(GCR);

    loop.advance(LIFE.minusMinutes(3));

    assertThat(tellings).isEqualTo(1);
    assertThat(asked).hasSizeBetween(5, 15);
  }

  @Test
  void aTokenThatHasEndedByThisClockIsUsedAndAskedForAgainSoon() {
    cloud = () -> new CloudToken("user", "token-" + ++given, loop.now().minusSeconds(1));
    need(ECR);
    assertThat(password(ECR)).isEqualTo("token-1");

    loop.advance(Duration.ofMinutes(5));

    assertThat(asked).hasSizeBetween(4, 6);
    assertThat(told(ECR).credentials()).hasSize(1);
  }

  @Test
  void anErrorInAnSdkIsAProblemAndTriedAgain() {
    cloud =
        () -> {
          throw new NoClassDefFoundError("s3cret");
        };
    need(ECR);
    assertThat(told(ECR).problems())
        .singleElement()
        .asString()
        .contains("see the controller's log")
        .doesNotContain("s3cret");

    cloud = this::numbered;
    loop.advance(Duration.ofSeconds(6));

    assertThat(password(ECR)).isEqualTo("token-1");
  }

  @Test
  void forgetsWhatIsNeededNoLonger() {
    need(ECR, GCR);
    String last = password(ECR);

    need(GCR);
    askedFor.clear();
    loop.advance(LIFE.multipliedBy(3));

    assertThat(askedFor).isNotEmpty().containsOnly(new Google());
    assertThat(password(ECR)).isEqualTo(last);
  }

  @Test
  void asksAnewForWhatIsNeededAgain() {
    need(ECR);
    need();

    need(ECR);

    assertThat(asked).hasSize(2);
    assertThat(password(ECR)).isEqualTo("token-2");
  }
}
