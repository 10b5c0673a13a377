package dev.prepull.agent.credentials;

import dev.prepull.credentials.CredentialProblem;
import dev.prepull.credentials.RegistryCredential;

/** What a credential helper answered. */
sealed interface HelperAnswer {

  /** It has a credential. */
  record Found(RegistryCredential credential) implements HelperAnswer {}

  /** It has none for this registry. */
  record None() implements HelperAnswer {}

  /** It could not be asked or did not answer as it should. */
  record Failed(CredentialProblem problem) implements HelperAnswer {}
}
