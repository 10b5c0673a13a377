package dev.prepull.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A credential shows where it comes from and nothing of what it is. */
class RegistryCredentialTest {

  private static final RegistryCredential EVERYTHING =
      new RegistryCredential("Secret ns/a", "user-1", "pass-1", "identity-1", "bearer-1");

  @Test
  void showsItsSourceAndKindsAlone() {
    assertThat(EVERYTHING).hasToString("Secret ns/a (password, identity token, registry token)");
    assertThat(RegistryCredential.ofPassword("Secret ns/a", "user-1", "pass-1"))
        .hasToString("Secret ns/a (password)");
    assertThat(RegistryCredential.ofIdentityToken("Secret ns/a", "identity-1"))
        .hasToString("Secret ns/a (identity token)");
    assertThat(RegistryCredential.ANONYMOUS).hasToString("anonymous");
  }

  @Test
  void isAnonymousWithNothingToShow() {
    assertThat(RegistryCredential.ANONYMOUS.isAnonymous()).isTrue();
    assertThat(RegistryCredential.ofPassword("a", "", "").isAnonymous()).isTrue();
    assertThat(RegistryCredential.ofPassword("a", "", "pass-1").isAnonymous()).isFalse();
    assertThat(RegistryCredential.ofPassword("a", "user-1", "").isAnonymous()).isFalse();
    assertThat(RegistryCredential.ofIdentityToken("a", "identity-1").isAnonymous()).isFalse();
    assertThat(new RegistryCredential("a", "", "", "", "bearer-1").isAnonymous()).isFalse();
  }

  @Test
  void isDistinctByWhatTheRegistryIsShown() {
    RegistryCredential first = RegistryCredential.ofPassword("Secret a", "user-1", "pass-1");
    RegistryCredential second = RegistryCredential.ofPassword("Secret b", "user-1", "pass-2");
    RegistryCredential asFirst = RegistryCredential.ofPassword("Secret c", "user-1", "pass-1");

    assertThat(RegistryCredential.distinct(List.of(first, second, asFirst, EVERYTHING)))
        .containsExactly(first, second, EVERYTHING);
  }
}
