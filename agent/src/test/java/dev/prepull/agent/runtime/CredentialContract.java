package dev.prepull.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullReason;
import org.junit.jupiter.api.Test;

/** What a runtime makes of the credential that it is given for one pull. */
interface CredentialContract extends RuntimeUnderTest {

  private ImageReference guarded(String rest) {
    return ImageReference.parse(here().privateRegistry() + "/" + rest);
  }

  @Test
  default void pullsWithTheCredentialThatTheRegistryWants() throws Exception {
    ImageDigest digest = here().push("team/app", "1");

    PullOutcome outcome = pull(guarded("team/app:1"), here().credential());

    assertPulled(outcome);
    assertResolves(guarded("team/app:1"), digest);
  }

  @Test
  default void convergesWithTheCredentialThatTheRegistryWants() throws Exception {
    ImageDigest locked = here().push("team/app", "1");
    here().push("team/app", "1");

    PullOutcome outcome = converge(guarded("team/app:1"), locked, here().credential());

    assertPulled(outcome);
    assertResolves(guarded("team/app:1"), locked);
  }

  @Test
  default void saysUnauthorizedWithoutACredential() throws Exception {
    here().push("team/app", "1");

    assertFailed(pull(guarded("team/app:1")), PullReason.UNAUTHORIZED);
  }

  @Test
  default void saysUnauthorizedOfAnotherPasswordAndDoesNotShowIt() throws Exception {
    RegistryCredential wrong =
        RegistryCredential.ofPassword("the test", here().credential().username(), "let-me-in-77");
    ImageDigest digest = here().push("team/app", "1");

    PullOutcome pulled = pull(guarded("team/app:1"), wrong);
    PullOutcome converged = converge(guarded("team/app:1"), digest, wrong);

    assertFailed(pulled, PullReason.UNAUTHORIZED);
    assertFailed(converged, PullReason.UNAUTHORIZED);
    assertThat(pulled.toString() + converged).doesNotContain(wrong.password());
  }

  @Test
  default void saysNotFoundOfAnUnknownTagToWhomTheRegistryLetsIn() throws Exception {
    here().push("team/app", "1");

    assertFailed(pull(guarded("team/app:absent"), here().credential()), PullReason.NOT_FOUND);
  }

  @Test
  default void forgetsACredentialWithItsPull() throws Exception {
    here().push("team/app", "1");
    here().push("team/app", "2");
    assertPulled(pull(guarded("team/app:1"), here().credential()));

    PullOutcome outcome = pull(guarded("team/app:2"));

    assertFailed(outcome, PullReason.UNAUTHORIZED);
  }
}
