package dev.prepull.agent.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageReference;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Docker configs, and then credential providers. */
class JoinedCredentialsTest {

  private static final ImageReference IMAGE = ImageReference.parse("reg.example/team/app");
  private static final RegistryCredential FIRST =
      RegistryCredential.ofPassword("/first.json", "alice", "a-secret");
  private static final RegistryCredential SECOND =
      RegistryCredential.ofPassword("credential provider second", "bob", "b-secret");

  @Test
  void hasWhatTheFirstSourceHasFirst() throws Exception {
    assertThat(joined(has(FIRST), has(SECOND)).credentials()).containsExactly(FIRST, SECOND);
  }

  @Test
  void hasNothingTwice() throws Exception {
    RegistryCredential again = RegistryCredential.ofPassword("/again.json", "alice", "a-secret");

    assertThat(joined(has(FIRST), has(SECOND, again)).credentials()).containsExactly(FIRST, SECOND);
  }

  @Test
  void goesOnWithTheNextSourceWhereOneHasAProblem() throws Exception {
    FoundCredentials found =
        joined(lacks("/first.json: is empty"), has(SECOND), lacks("provider: timed out"));

    assertThat(found)
        .isEqualTo(
            new FoundCredentials(
                List.of(SECOND), List.of("/first.json: is empty", "provider: timed out")));
  }

  private static FoundCredentials joined(CredentialSource... sources) throws InterruptedException {
    return new JoinedCredentials(List.of(sources)).find(IMAGE);
  }

  private static CredentialSource has(RegistryCredential... credentials) {
    return image -> new FoundCredentials(List.of(credentials), List.of());
  }

  private static CredentialSource lacks(String problem) {
    return image -> new FoundCredentials(List.of(), List.of(problem));
  }
}
