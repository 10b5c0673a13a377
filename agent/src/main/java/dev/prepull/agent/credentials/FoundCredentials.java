package dev.prepull.agent.credentials;

import dev.prepull.credentials.RegistryCredential;
import java.util.List;

/**
 * What a source has for an image.
 *
 * @param credentials to be tried in this order; empty when it has none
 * @param problems why there may be fewer than meant; each names its source, and no secret
 */
public record FoundCredentials(List<RegistryCredential> credentials, List<String> problems) {

  /** Copies both. */
  public FoundCredentials {
    credentials = List.copyOf(credentials);
    problems = List.copyOf(problems);
  }
}
