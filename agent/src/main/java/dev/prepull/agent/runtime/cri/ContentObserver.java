package dev.prepull.agent.runtime.cri;

import dev.prepull.agent.runtime.PullWatcher;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullProgress;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches a pull in containerd's content store.
 *
 * <p>Which blobs belong to it: those that its manifest names. Its manifest is one of the
 * reference's repository that was touched since the pull began. A digest reference names it
 * outright; of a tag it is known as soon as {@link RepositoryPulls} leaves one choice. Until then
 * every blob of the candidates counts as movement, without figures: a pull that is taken to move
 * for a moment too long does less harm than one that is broken off.
 *
 * <p>Once nothing is being fetched any more, layers are still unpacked, which the content store
 * does not show; then a change of the {@linkplain UsedBytes used bytes} counts as movement.
 * Containerd refreshes those every 10 s and when a layer is done, so the time without movement that
 * a watchdog allows must be longer than the unpacking of one layer.
 */
final class ContentObserver implements PullObserver {

  /** Where the pull stands; another position than before means that it has moved. */
  private record Position(int manifests, Set<ImageDigest> complete, long done, long usedBytes) {}

  /** Reads {@link UsedBytes}, or a test's figure. */
  @FunctionalInterface
  interface Usage {
    long read() throws GrpcCallException, InterruptedException;
  }

  private static final Logger log = LoggerFactory.getLogger(ContentObserver.class);

  private final RepositoryPulls.Pull pull;
  private final ContentStore store;
  private final Usage usage;
  private final PullWatcher watcher;

  private final Map<ImageDigest, Map<ImageDigest, Long>> candidates = new HashMap<>();
  private final Set<ImageDigest> complete = new HashSet<>();
  private final Map<ImageDigest, Long> received = new HashMap<>();
  private Optional<ImageDigest> manifest = Optional.empty();
  private Position last = new Position(0, Set.of(), 0, 0);

  ContentObserver(RepositoryPulls.Pull pull, ContentStore store, Usage usage, PullWatcher watcher) {
    this.pull = pull;
    this.store = store;
    this.usage = usage;
    this.watcher = watcher;
  }

  @Override
  public void look() throws InterruptedException {
    try {
      if (manifest.isEmpty()) {
        findManifest();
        tellSize();
      }
      Map<ImageDigest, Long> blobs = blobs();
      if (blobs.isEmpty()) {
        return;
      }
      Position now = position(blobs);
      if (!now.equals(last)) {
        last = now;
        watcher.moved(
            manifest.isEmpty() ? PullProgress.UNKNOWN : new PullProgress(now.done, total(blobs)));
      }
    } catch (GrpcCallException e) {
      log.atDebug()
          .addKeyValue("image", pull.reference())
          .addKeyValue("reason", e.getMessage())
          .log("Cannot see whether the pull moves");
    }
  }

  private void findManifest() throws GrpcCallException, InterruptedException {
    ImageReference reference = pull.reference();
    Set<ImageDigest> touched = store.manifests(reference, pull.since());
    for (ImageDigest candidate : touched) {
      if (!candidates.containsKey(candidate)) {
        store.blobs(candidate).ifPresent(blobs -> candidates.put(candidate, blobs));
      }
    }
    touched.retainAll(candidates.keySet());
    if (reference.digest().isEmpty()) {
      manifest = pull.claimOneOf(touched);
    } else {
      Set<ImageDigest> named = new HashSet<>(store.listedBy(reference.digest().get()));
      named.add(reference.digest().get());
      manifest = touched.stream().filter(named::contains).findFirst();
      manifest.ifPresent(pull::claim);
    }
  }

  /** Once the manifest is known. What this pull has fetched by then was missing when it began. */
  private void tellSize() throws GrpcCallException, InterruptedException {
    if (manifest.isEmpty()) {
      return;
    }
    long missing = 0;
    for (Map.Entry<ImageDigest, Long> blob : blobs().entrySet()) {
      Optional<Instant> arrived = store.arrived(blob.getKey());
      if (arrived.isPresent()) {
        complete.add(blob.getKey());
      }
      if (arrived.filter(time -> time.isBefore(pull.since())).isEmpty()) {
        missing += blob.getValue();
      }
    }
    watcher.sized(total(blobs()), missing);
  }

  /** The blobs of the manifest, or of all that it may be, with their sizes. */
  private Map<ImageDigest, Long> blobs() {
    if (manifest.isPresent()) {
      return candidates.getOrDefault(manifest.get(), Map.of());
    }
    Map<ImageDigest, Long> all = new HashMap<>();
    candidates.values().forEach(all::putAll);
    return all;
  }

  private Position position(Map<ImageDigest, Long> blobs)
      throws GrpcCallException, InterruptedException {
    Map<ImageDigest, Long> arriving = store.arriving();
    boolean fetching = false;
    for (Map.Entry<ImageDigest, Long> blob : blobs.entrySet()) {
      ImageDigest digest = blob.getKey();
      if (arriving.containsKey(digest)) {
        fetching = true;
        received.put(digest, Math.min(arriving.get(digest), blob.getValue()));
      } else if (complete.contains(digest) || store.arrived(digest).isPresent()) {
        complete.add(digest);
        received.put(digest, blob.getValue());
      }
      // A blob that is neither has not begun, or is between the two; then its last figure stays.
    }
    long done = blobs.keySet().stream().mapToLong(blob -> received.getOrDefault(blob, 0L)).sum();
    int known = manifest.isPresent() ? 1 : candidates.size();
    return new Position(
        known, Set.copyOf(complete), done, fetching ? last.usedBytes : usage.read());
  }

  private static long total(Map<ImageDigest, Long> blobs) {
    return blobs.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public boolean awaitsSize() {
    return manifest.isEmpty();
  }

  @Override
  public PullProgress complete() {
    if (manifest.isEmpty()) {
      return PullProgress.UNKNOWN;
    }
    long total = total(blobs());
    return new PullProgress(total, total);
  }

  @Override
  public void close() {
    pull.close();
  }
}
