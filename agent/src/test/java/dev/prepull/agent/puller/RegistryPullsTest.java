package dev.prepull.agent.puller;

import static dev.prepull.agent.puller.PullerFixture.APP;
import static dev.prepull.agent.puller.PullerFixture.NEW;
import static dev.prepull.agent.puller.PullerFixture.OLD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.agent.runtime.FakeImageRuntime;
import dev.prepull.agent.runtime.PullOutcome;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImagePolicy;
import dev.prepull.model.PullProgress;
import dev.prepull.model.PullReason;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which credentials a registry is shown, in what order, and what is said when it wants others. */
class RegistryPullsTest {

  private static final String HOST = APP.registry();
  private static final RegistryCredential FIRST =
      RegistryCredential.ofPassword("/first.json", "alice", "first-secret");
  private static final RegistryCredential SECOND =
      RegistryCredential.ofIdentityToken("/second.json", "second-secret");
  private static final RegistryCredential WANTED =
      new RegistryCredential("/third.json", "", "", "", "third-secret");

  private final FakeImageRuntime runtime = new FakeImageRuntime();
  private final FakeCredentials source = new FakeCredentials();
  private final RegistryPulls pulls = new RegistryPulls(runtime, source);

  @BeforeEach
  void theRegistryHasTheImage() {
    runtime.push(APP, OLD);
  }

  @Test
  void triesEveryCredentialInOrderUntilOneIsAccepted() throws Exception {
    runtime.guard(HOST, WANTED, PullReason.UNAUTHORIZED);
    source.have(FIRST, SECOND, WANTED, FIRST);

    PullOutcome outcome = pull();

    assertThat(outcome).isInstanceOf(PullOutcome.Pulled.class);
    assertThat(runtime.shown()).containsExactly(FIRST, SECOND, WANTED);
    assertThat(source.questions).containsExactly(APP);
  }

  @Test
  void convergesWithEveryCredentialInOrderUntilOneIsAccepted() throws Exception {
    runtime.push(APP, NEW);
    runtime.guard(HOST, WANTED, PullReason.UNAUTHORIZED);
    source.have(FIRST, WANTED);

    PullOutcome outcome = pulls.pull(task(OLD), progress -> {});

    assertThat(outcome).isInstanceOf(PullOutcome.Pulled.class);
    assertThat(runtime.shown()).containsExactly(FIRST, WANTED);
    assertThat(runtime.names()).containsEntry(APP.stored(), OLD);
  }

  @Test
  void goesOnAfterARegistryThatHidesWhatOneMayNotSee() throws Exception {
    runtime.guard(HOST, WANTED, PullReason.NOT_FOUND);
    source.have(FIRST, WANTED);

    PullOutcome outcome = pull();

    assertThat(outcome).isInstanceOf(PullOutcome.Pulled.class);
    assertThat(runtime.shown()).containsExactly(FIRST, WANTED);
  }

  @Test
  void showsNothingAtLast() throws Exception {
    runtime.guard(HOST, RegistryCredential.ANONYMOUS, PullReason.UNAUTHORIZED);
    source.have(FIRST, SECOND);

    PullOutcome outcome = pull();

    assertThat(outcome).isInstanceOf(PullOutcome.Pulled.class);
    assertThat(runtime.shown()).containsExactly(FIRST, SECOND, RegistryCredential.ANONYMOUS);
  }

  @Test
  void triesACredentialThatShowsNothingAtLastAndOnce() throws Exception {
    runtime.guard(HOST, WANTED, PullReason.UNAUTHORIZED);
    source.have(new RegistryCredential("/empty.json", "", "", "", ""), FIRST);

    var _ = pull();

    assertThat(runtime.shown()).containsExactly(FIRST, RegistryCredential.ANONYMOUS);
  }

  @ParameterizedTest
  @EnumSource(
      value = PullReason.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"UNAUTHORIZED", "NOT_FOUND"})
  void stopsAtAFailureThatNoCredentialMends(PullReason reason) throws Exception {
    runtime.guard(HOST, WANTED, reason);
    source.have(FIRST, WANTED);

    PullOutcome outcome = pull();

    assertThat(failure(outcome).reason()).isEqualTo(reason);
    assertThat(runtime.shown()).containsExactly(FIRST);
  }

  @Test
  void showsThatTheRegistryHasAnsweredBetweenTwoTries() throws Exception {
    List<PullProgress> seen = new ArrayList<>();
    runtime.guard(HOST, WANTED, PullReason.UNAUTHORIZED);
    source.have(FIRST, SECOND);

    var _ = pulls.pull(task(null), seen::add);

    assertThat(seen).containsExactly(PullProgress.UNKNOWN, PullProgress.UNKNOWN);
  }

  @Test
  void namesTheRegistryAndEverySourceWhereNoneIsAccepted() throws Exception {
    runtime.guard(HOST, WANTED, PullReason.UNAUTHORIZED);
    source.have(FIRST, RegistryCredential.ofPassword("/first.json", "bob", "other-secret"), SECOND);

    PullOutcome.Failed failed = failure(pull());

    assertThat(failed.reason()).isEqualTo(PullReason.UNAUTHORIZED);
    assertThat(FailureMessage.of(APP, failed))
        .isEqualTo(
            "Tried to pull registry.example/team/app:1 but registry.example gives it neither for the 2 credentials of /first.json and the credential of /second.json, nor without any: the fake registry says so. Name a Secret for registry.example in the list, under pullSecrets, or give the node a credential: a docker config that --docker-config names, or the kubelet's credential provider.");
  }

  @Test
  void saysThatThereIsNoCredential() throws Exception {
    runtime.guard(HOST, WANTED, PullReason.UNAUTHORIZED);

    PullOutcome.Failed failed = failure(pull());

    assertThat(failed.reason()).isEqualTo(PullReason.UNAUTHORIZED);
    assertThat(failed.message())
        .isEqualTo(
            "registry.example refuses an anonymous pull, and there is no credential for it: the fake registry says so");
  }

  @Test
  void saysWhyASourceCouldNotBeUsed() throws Exception {
    runtime.guard(HOST, WANTED, PullReason.UNAUTHORIZED);
    source.lack("/root/.dockercfg: is not JSON", "/root/.docker/config.json: is empty");

    PullOutcome.Failed failed = failure(pull());

    assertThat(failed.message())
        .endsWith(
            "; could not be used: /root/.dockercfg: is not JSON; could not be used: /root/.docker/config.json: is empty");
  }

  @Test
  void doesNotSpeakOfBrokenSourcesWhereNoneWasNeeded() throws Exception {
    source.lack("/root/.dockercfg: is not JSON");

    assertThat(pull()).isInstanceOf(PullOutcome.Pulled.class);
  }

  @Test
  void saysNotFoundWhereACredentialWasToldSo() throws Exception {
    RegistryCredential knownToAll =
        RegistryCredential.ofPassword("/known.json", "carol", "c-secret");
    runtime.guard(HOST, knownToAll, PullReason.UNAUTHORIZED);
    runtime.fail(APP, new PullOutcome.Failed(PullReason.NOT_FOUND, "manifest unknown", null));
    source.have(FIRST, knownToAll);

    PullOutcome.Failed failed = failure(pull());

    assertThat(failed.reason()).isEqualTo(PullReason.NOT_FOUND);
    assertThat(failed.message())
        .isEqualTo(
            "registry.example does not have it, neither for the credential of /first.json and the credential of /known.json, nor without any: manifest unknown");
  }

  @Test
  void keepsToTheWordsOfARegistryThatHasNoSuchImageForAnybody() throws Exception {
    runtime.fail(APP, new PullOutcome.Failed(PullReason.NOT_FOUND, "manifest unknown", null));

    assertThat(pull())
        .isEqualTo(new PullOutcome.Failed(PullReason.NOT_FOUND, "manifest unknown", null));
  }

  @Test
  void takesASecretOutOfWhatIsSaidOfIt() throws Exception {
    for (PullReason reason : List.of(PullReason.UNAUTHORIZED, PullReason.ERR_IMAGE_PULL)) {
      runtime.fail(
          APP,
          new PullOutcome.Failed(
              reason, "alice:first-secret, second-secret and third-secret are known here", null));
      source.have(FIRST, SECOND, WANTED);

      assertThat(pull().toString()).doesNotContain("first-secret");
    }
  }

  @Test
  void showsNoSecretInWhatItRemembersOfATry() {
    for (RegistryCredential credential : List.of(FIRST, SECOND, WANTED)) {
      PullOutcome.Failed said =
          new PullOutcome.Failed(
              PullReason.UNAUTHORIZED, "first-secret second-secret third-secret", null);

      TriedCredentials.Try remembered = TriedCredentials.Try.of(credential, said);

      assertThat(remembered.toString())
          .doesNotContain(credential.source().substring(1, 4) + "-secret")
          .contains("…", credential.source());
    }
  }

  private PullOutcome pull() throws InterruptedException {
    return pulls.pull(task(null), progress -> {});
  }

  private static PullTask task(@Nullable ImageDigest target) {
    return new PullTask(APP, target, 0, List.of(), ImagePolicy.DEFAULT);
  }

  private static PullOutcome.Failed failure(PullOutcome outcome) {
    assertThat(outcome).isInstanceOf(PullOutcome.Failed.class);
    return (PullOutcome.Failed) outcome;
  }
}
