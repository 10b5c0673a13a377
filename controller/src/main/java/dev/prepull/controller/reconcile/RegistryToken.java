package dev.prepull.controller.reconcile;

import dev.prepull.credentials.RegistryCredential;
import java.util.List;

/**
 * What a source of tokens has for a registry.
 *
 * @param credentials to be tried in this order; empty while there is none
 * @param problems why there is none, or no newer one, as a line for status, Events and the messages
 *     of failed pulls: what was tried, why it failed and what to do, such as {@code Google metadata
 *     server: …}; never with a secret
 */
public record RegistryToken(List<RegistryCredential> credentials, List<String> problems) {

  /** Copies both. */
  public RegistryToken {
    credentials = List.copyOf(credentials);
    problems = List.copyOf(problems);
  }

  /** A token, and nothing is wrong. */
  public static RegistryToken of(RegistryCredential credential) {
    return new RegistryToken(List.of(credential), List.of());
  }

  /** There is no token, for that reason. */
  public static RegistryToken missing(String problem) {
    return new RegistryToken(List.of(), List.of(problem));
  }
}
