package dev.prepull.agent.runtime.cri;

import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The pulls under way through this adapter, and which manifest each of them fetches. Containerd
 * does not say which pull touched a manifest, only of which repository it is, so this decides.
 * Thread-safe.
 */
final class RepositoryPulls {

  /** A pull under way. Closed with the pull. */
  final class Pull implements AutoCloseable {

    private final ImageReference reference;
    private final Instant since;
    private Optional<ImageDigest> manifest = Optional.empty();

    private Pull(ImageReference reference, Instant since) {
      this.reference = reference;
      this.since = since;
    }

    ImageReference reference() {
      return reference;
    }

    Instant since() {
      return since;
    }

    /** Knows for certain that the pull fetches this manifest. */
    void claim(ImageDigest certain) {
      synchronized (RepositoryPulls.this) {
        manifest = Optional.of(certain);
      }
    }

    /**
     * The pull's manifest among those that were touched since it began: the only one that no other
     * pull has claimed. Empty as long as another pull of the same repository is undecided too.
     */
    Optional<ImageDigest> claimOneOf(Set<ImageDigest> touched) {
      synchronized (RepositoryPulls.this) {
        Set<ImageDigest> free = new HashSet<>(touched);
        for (Pull other : underWay) {
          if (other != this && other.reference.name().equals(reference.name())) {
            if (other.manifest.isEmpty()) {
              return Optional.empty();
            }
            free.remove(other.manifest.get());
          }
        }
        if (free.size() == 1) {
          manifest = Optional.of(free.iterator().next());
        }
        return manifest;
      }
    }

    @Override
    public void close() {
      synchronized (RepositoryPulls.this) {
        underWay.remove(this);
      }
    }
  }

  private final Set<Pull> underWay = new LinkedHashSet<>();

  /** Notes that a pull begins now. */
  synchronized Pull begin(ImageReference reference, Instant now) {
    Pull pull = new Pull(reference, now);
    underWay.add(pull);
    return pull;
  }
}
