package dev.prepull.agent.puller;

import dev.prepull.agent.credentials.CredentialSource;
import dev.prepull.agent.credentials.FoundCredentials;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageReference;
import java.util.ArrayList;
import java.util.List;

/** A source that has for every image what a test says. */
final class FakeCredentials implements CredentialSource {

  final List<ImageReference> questions = new ArrayList<>();
  private List<RegistryCredential> credentials = List.of();
  private List<String> problems = List.of();
  private Runnable meanwhile = () -> {};

  /** These and no others from now on. */
  void have(RegistryCredential... those) {
    credentials = List.of(those);
  }

  /** These problems and no others from now on. */
  void lack(String... those) {
    problems = List.of(those);
  }

  /** Runs on the asking thread of each question. */
  void meanwhile(Runnable action) {
    meanwhile = action;
  }

  @Override
  public FoundCredentials find(ImageReference image) {
    questions.add(image);
    meanwhile.run();
    return new FoundCredentials(credentials, problems);
  }
}
