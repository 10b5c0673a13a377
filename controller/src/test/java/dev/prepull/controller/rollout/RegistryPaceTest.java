package dev.prepull.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.PullProblem;
import dev.prepull.model.PullReason;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** How one registry host is slowed down and comes back. */
class RegistryPaceTest {

  private static final PullProblem UNAVAILABLE = TestFleet.problem(PullReason.REGISTRY_UNAVAILABLE);

  private final RegistryPace pace = new RegistryPace(new SplittableRandom(1), 16);
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  private void begin(int pulls) {
    for (int i = 0; i < pulls; i++) {
      pace.began();
    }
  }

  /** One pull ends with a complaint. */
  private void complains() {
    pace.ended();
    pace.slowed(UNAVAILABLE, now);
  }

  private Duration pause() {
    return Duration.between(now, pace.pausedUntil());
  }

  private void passThePause() {
    now = pace.pausedUntil();
  }

  @Test
  void beginsWithWhatTheListsAllow() {
    begin(10);

    assertThat(pace.room(now)).isEqualTo(6);
  }

  @Test
  void isHalvedAndPausesWhenTheHostComplains() {
    begin(16);

    complains();

    assertThat(pace.limit()).isEqualTo(8);
    assertThat(pace.room(now)).isZero();
    assertThat(pause()).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
  }

  @Test
  void isHalvedFromWhatWasInUseAndNotFromWhatWasAllowed() {
    begin(4);

    complains();

    assertThat(pace.limit()).isEqualTo(2);
  }

  @Test
  void isHalvedOnceForAllComplaintsWithinAPause() {
    begin(16);

    for (int i = 0; i < 10; i++) {
      complains();
    }

    assertThat(pace.limit()).isEqualTo(8);
    assertThat(pause()).isLessThanOrEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void neverStopsAltogether() {
    for (int i = 0; i < 20; i++) {
      begin(1);
      complains();
      passThePause();
    }

    assertThat(pace.limit()).isEqualTo(1);
    assertThat(pace.room(now)).isEqualTo(1);
  }

  @Test
  void pausesEverLongerUpToAMinuteWhileItGoesOn() {
    Duration before = Duration.ZERO;
    for (int i = 0; i < 6; i++) {
      begin(1);
      complains();
      assertThat(pause()).isGreaterThanOrEqualTo(before);
      before = pause().dividedBy(2);
      passThePause();
    }
    for (int i = 0; i < 10; i++) {
      begin(1);
      complains();
      assertThat(pause()).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(60));
      passThePause();
    }
  }

  @Test
  void comesBackByOneForEachPullThatSucceeds() {
    begin(16);
    complains();
    passThePause();

    for (int i = 0; i < 3; i++) {
      pace.ended();
      pace.succeeded();
    }
    assertThat(pace.limit()).isEqualTo(11);

    for (int i = 0; i < 20; i++) {
      pace.succeeded();
    }
    assertThat(pace.limit()).isEqualTo(16);
  }

  @Test
  void pausesBrieflyAgainAfterASuccess() {
    for (int i = 0; i < 5; i++) {
      begin(1);
      complains();
      passThePause();
    }
    pace.succeeded();
    begin(1);

    complains();

    assertThat(pause()).isLessThanOrEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void waitsAsLongAsTheHostAsksFor() {
    Instant asked = now.plusSeconds(90);
    begin(1);
    pace.ended();

    pace.slowed(new PullProblem(PullReason.RATE_LIMITED, "429", 1, asked), now);

    assertThat(pace.pausedUntil()).isEqualTo(asked);
  }

  @Test
  void waitsNoLongerForAHostThatWasOnlyUnavailable() {
    begin(1);
    pace.ended();

    pace.slowed(
        new PullProblem(PullReason.REGISTRY_UNAVAILABLE, "503", 1, now.plusSeconds(90)), now);

    assertThat(pause()).isLessThanOrEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void extendsAPauseWhenTheHostAsksForMore() {
    Instant asked = now.plusSeconds(90);
    begin(2);
    complains();

    pace.ended();
    pace.slowed(new PullProblem(PullReason.RATE_LIMITED, "429", 1, asked), now);

    assertThat(pace.pausedUntil()).isEqualTo(asked);
  }

  @Test
  void followsAnEditOfTheLists() {
    pace.most(4);
    assertThat(pace.limit()).isEqualTo(4);

    pace.most(20);
    assertThat(pace.limit()).isEqualTo(20);
  }

  @Test
  void staysSlowThroughAnEditThatAllowsMore() {
    begin(16);
    complains();

    pace.most(40);

    assertThat(pace.limit()).isEqualTo(8);
  }
}
