package dev.prepull.agent.credentials;

import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageReference;
import java.util.ArrayList;
import java.util.List;

/**
 * Several sources as one; what the first ones have is tried first. Thread-safe if they are.
 *
 * @param sources the preferred ones first
 */
public record JoinedCredentials(List<CredentialSource> sources) implements CredentialSource {

  /** Copies the list. */
  public JoinedCredentials {
    sources = List.copyOf(sources);
  }

  @Override
  public FoundCredentials find(ImageReference image) throws InterruptedException {
    List<RegistryCredential> credentials = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (CredentialSource source : sources) {
      FoundCredentials found = source.find(image);
      credentials.addAll(found.credentials());
      problems.addAll(found.problems());
    }
    return new FoundCredentials(RegistryCredential.distinct(credentials), problems);
  }
}
