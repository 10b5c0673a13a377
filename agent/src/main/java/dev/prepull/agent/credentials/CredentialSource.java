package dev.prepull.agent.credentials;

import dev.prepull.model.ImageReference;

/** Where credentials come from. Called by many threads, which it may block for seconds. */
@FunctionalInterface
public interface CredentialSource {

  /** What is known for that image at this moment. */
  FoundCredentials find(ImageReference image) throws InterruptedException;
}
