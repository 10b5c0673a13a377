package dev.prepull.agent.credentials;

import dev.prepull.credentials.NodeCredentials;
import dev.prepull.model.ImageReference;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What registries are shown: first what the controller has told, then what the node has itself.
 * What was told is in memory only. Thread-safe if the node's source is.
 */
public final class PullCredentials implements CredentialSource {

  private final CredentialSource all;
  private volatile NodeCredentials told = NodeCredentials.EMPTY;

  /** The controller has told nothing yet. */
  public PullCredentials(CredentialSource ofNode) {
    this.all = new JoinedCredentials(List.of(this::told, ofNode));
  }

  /**
   * Puts this in the place of what was told before.
   *
   * @return the images for which there are other credentials now
   */
  public synchronized Set<ImageReference> replace(NodeCredentials next) {
    NodeCredentials before = told;
    told = next;
    Set<ImageReference> changed = new HashSet<>(before.images().keySet());
    changed.addAll(next.images().keySet());
    changed.removeIf(image -> before.of(image).credentials().equals(next.of(image).credentials()));
    return changed;
  }

  private FoundCredentials told(ImageReference image) {
    NodeCredentials.OfImage known = told.of(image);
    return new FoundCredentials(known.credentials(), known.problems());
  }

  @Override
  public FoundCredentials find(ImageReference image) throws InterruptedException {
    return all.find(image);
  }
}
