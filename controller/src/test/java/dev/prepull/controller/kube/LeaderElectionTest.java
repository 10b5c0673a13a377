package dev.prepull.controller.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.kube.TestElection.Candidate;
import io.kubernetes.client.openapi.models.V1Lease;
import io.kubernetes.client.openapi.models.V1LeaseSpec;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** There is a leader whenever there can be one, and never two, over HTTP in virtual time. */
class LeaderElectionTest {

  private static final Duration TAKEN_OVER = Duration.ofSeconds(14);
  private static final Duration LONG = Duration.ofMinutes(1);

  private final FakeApiServer server;
  private final TestElection election;

  LeaderElectionTest() throws IOException {
    server = new FakeApiServer();
    election = new TestElection(server);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private V1LeaseSpec lease() {
    V1Lease lease = Objects.requireNonNull(server.leases.get("prepull-controller"));
    return Objects.requireNonNull(lease.getSpec());
  }

  /** Somebody has written that name and nothing else. */
  private void hold(String holder) {
    server.leases.put(
        "prepull-controller",
        new V1Lease()
            .metadata(new V1ObjectMeta().name("prepull-controller").resourceVersion("before"))
            .spec(new V1LeaseSpec().holderIdentity(holder)));
  }

  @Test
  void theOnlyCandidateLeadsAtOnceAndGoesOn() {
    Candidate one = election.add("one");
    assertThat(one.leads()).isTrue();

    election.advance(LONG);

    assertThat(one.leads()).isTrue();
    assertThat(one.told()).isEmpty();
    assertThat(lease().getHolderIdentity()).isEqualTo("one");
    assertThat(lease().getLeaseDurationSeconds()).isEqualTo(12);
    assertThat(lease().getLeaseTransitions()).isZero();
    assertThat(Objects.requireNonNull(lease().getRenewTime())).isAfter(lease().getAcquireTime());
  }

  @Test
  void aStandbyWaitsAndSaysWhoLeads() {
    Candidate one = election.add("one");
    Candidate two = election.add("two");

    election.advance(LONG);

    assertThat(one.leads()).isTrue();
    assertThat(one.standing()).isEqualTo("leading");
    assertThat(two.leads()).isFalse();
    assertThat(two.standing()).isEqualTo("standby: one leads");
  }

  @Test
  void aStandbyKnowsWhereTheLeaderIsReached() {
    Candidate one = election.add("one");
    Candidate two = election.add("two");
    assertThat(two.leader()).contains(TestElection.address("one"));
    assertThat(one.leader()).isEmpty();

    assertThat(one.resigns()).isTrue();
    election.advance(LeaderElection.LOOK_INTERVAL);
    Candidate three = election.add("three");

    assertThat(two.leader()).isEmpty();
    assertThat(three.leader()).contains(TestElection.address("two"));
  }

  @Test
  void aContainerThatIsRestartedInPlaceIsNotLedOnToItself() {
    Candidate one = election.add("one", "10.0.0.1");
    one.pause();

    Candidate again = election.add("one-again", "10.0.0.1");

    assertThat(again.standing()).isEqualTo("standby: one leads");
    assertThat(again.leader()).isEmpty();
  }

  @Test
  void aStandbyIsLedNowhereByALeaderThatDoesNotSayWhereItIs() {
    hold("another");

    assertThat(election.add("one").leader()).isEmpty();
  }

  @Test
  void aStandbyLeadsInTimeWhenTheLeaderIsNoMore() {
    Candidate one = election.add("one");
    Candidate two = election.add("two");
    election.advance(LONG);

    one.pause();
    election.advance(TAKEN_OVER);

    assertThat(two.leads()).isTrue();
    assertThat(lease().getHolderIdentity()).isEqualTo("two");
    assertThat(lease().getLeaseTransitions()).isOne();
  }

  @Test
  void aStandbyDoesNotLeadBeforeTheLeaderKnowsThatItsTimeIsOver() {
    Candidate one = election.add("one");
    Candidate two = election.add("two");
    election.advance(LONG);
    one.pause();

    Duration quantum = Duration.ofMillis(100);
    for (Duration passed = Duration.ZERO; !two.leads(); passed = passed.plus(quantum)) {
      assertThat(passed).isLessThan(TAKEN_OVER);
      election.advance(quantum);
    }

    assertThat(one.leads()).isFalse();
    assertThat(one.told()).containsExactly("lost");
  }

  @Test
  void aLeaderThatWasPausedKnowsItBeforeItDoesAnythingAndIsToldOnce() {
    Candidate one = election.add("one");
    Candidate two = election.add("two");
    one.pause();
    election.advance(LONG);

    boolean leads = one.leads();
    one.wake();
    election.advance(LONG);

    assertThat(leads).isFalse();
    assertThat(one.told()).containsExactly("lost");
    assertThat(two.leads()).isTrue();
    assertThat(lease().getHolderIdentity()).isEqualTo("two");
  }

  @Test
  void aLeaderThatStopsLetsAnotherLeadAtOnce() {
    Candidate one = election.add("one");
    Candidate two = election.add("two");
    election.advance(LONG);

    assertThat(one.resigns()).isTrue();
    election.advance(LeaderElection.LOOK_INTERVAL);

    assertThat(two.leads()).isTrue();
    assertThat(one.leads()).isFalse();
    assertThat(one.told()).isEmpty();
  }

  @Test
  void aStandbyThatStopsChangesNothing() {
    Candidate one = election.add("one");
    Candidate two = election.add("two");

    assertThat(two.resigns()).isTrue();
    election.advance(LONG);

    assertThat(one.leads()).isTrue();
    assertThat(two.leads()).isFalse();
    assertThat(two.told()).isEmpty();
  }

  @Test
  void aLeaderGoesOnThroughAShortOutageOfTheApiServer() {
    Candidate one = election.add("one");
    Candidate two = election.add("two");

    server.refusal = 503;
    election.advance(Duration.ofSeconds(5));
    server.refusal = 200;
    election.advance(LONG);

    assertThat(one.leads()).isTrue();
    assertThat(one.told()).isNotEmpty().containsOnly("keep Lease");
    assertThat(two.leads()).isFalse();
  }

  @Test
  void aLeaderThatCannotRenewLeadsNoMoreAndAStandbyLeadsAfterwards() {
    Candidate one = election.add("one");
    Candidate two = election.add("two");

    server.refusal = 503;
    election.advance(Duration.ofSeconds(30));
    assertThat(one.leads()).isFalse();
    assertThat(one.told()).contains("lost");
    assertThat(two.leads()).isFalse();
    assertThat(two.standing())
        .isEqualTo(
            "Tried to keep Lease prepull-system/prepull-controller but failed: 503 as the test wishes. Look at the API server's own log.");
    server.refusal = 200;
    election.advance(LeaderElection.LOOK_INTERVAL);

    assertThat(two.leads()).isTrue();
  }

  @Test
  void aCandidateWaitsForAnApiServerThatIsAwayAtItsStart() {
    server.refusal = 503;
    Candidate one = election.add("one");
    election.advance(LONG);
    assertThat(one.leads()).isFalse();

    server.refusal = 200;
    election.advance(LeaderElection.LOOK_INTERVAL);

    assertThat(one.leads()).isTrue();
  }

  @Test
  void aLeaderWhoseLeaseIsTakenAwayLeadsNoMoreAndAnotherLeadsWhenTheThiefSaysNothing() {
    Candidate one = election.add("one");
    Candidate two = election.add("two");

    server.meanwhile =
        () -> {
          lease().holderIdentity("thief");
          Objects.requireNonNull(
                  Objects.requireNonNull(server.leases.get("prepull-controller")).getMetadata())
              .resourceVersion("stolen");
        };
    election.advance(LeaderElection.RENEWAL_INTERVAL);
    assertThat(one.leads()).isFalse();
    assertThat(one.told()).containsExactly("lost");
    assertThat(two.leads()).isFalse();
    election.advance(TAKEN_OVER);

    assertThat(two.leads()).isTrue();
  }

  @Test
  void aLeaseThatIsDeletedIsMadeAgainByTheLeaderAndByNobodyElse() {
    Candidate one = election.add("one");
    Candidate two = election.add("two");
    election.advance(Duration.ofMillis(1500));

    server.leases.clear();
    election.advance(LONG);

    assertThat(one.leads()).isTrue();
    assertThat(two.leads()).isFalse();
    assertThat(lease().getHolderIdentity()).isEqualTo("one");
  }

  @Test
  void aStandbyMakesALeaseThatIsDeletedWhenTheLeaderIsNoMore() {
    Candidate one = election.add("one");
    Candidate two = election.add("two");
    one.pause();

    server.leases.clear();
    election.advance(TAKEN_OVER);

    assertThat(two.leads()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "another"})
  void aLeaseThatSaysLittleIsOverInTime(String holder) {
    hold(holder);

    Candidate one = election.add("one");
    assertThat(one.leads()).isEqualTo(holder.isEmpty());
    election.advance(TAKEN_OVER);

    assertThat(one.leads()).isTrue();
  }

  @Test
  void theSlowerOfTwoThatAskAtTheSameTimeIsAStandby() {
    server.meanwhile = () -> hold("two");

    Candidate one = election.add("one");

    assertThat(one.leads()).isFalse();
    assertThat(one.standing()).isEqualTo("standby: two leads");
    assertThat(one.told()).isEmpty();
  }
}
