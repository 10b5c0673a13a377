package dev.prepull.agent.runtime;

import dev.prepull.model.HeldImage;
import dev.prepull.model.HeldName;
import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullProgress;
import dev.prepull.model.PullReason;
import dev.prepull.model.RuntimeInfo;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

/**
 * A runtime in memory that pulls from a registry in memory. It passes the contract of the real
 * adapters. Thread-safe.
 */
public final class FakeImageRuntime implements ImageRuntime {

  /** Host of a registry at which nothing listens. */
  public static final String DEAD_REGISTRY = "dead.example:5000";

  /** Host of a registry that never answers. */
  public static final String STALLED_REGISTRY = "stalled.example:5000";

  private static final long SIZE = 1_000;

  private final Map<String, ImageDigest> registry = new TreeMap<>();
  private final Map<String, ImageDigest> held = new TreeMap<>();
  private final List<ImageReference> pulls = new ArrayList<>();
  private final CountDownLatch stalledPull = new CountDownLatch(1);
  private boolean down;

  /** Puts an image into the registry, in place of what the name meant before. */
  public synchronized void push(ImageReference reference, ImageDigest digest) {
    registry.put(reference.stored(), digest);
    registry.put(reference.name() + "@" + digest, digest);
  }

  /** Gives an image of the registry a second tag. */
  public synchronized void alias(ImageReference reference, ImageReference alias) {
    registry.put(alias.stored(), Objects.requireNonNull(registry.get(reference.stored())));
  }

  /** Lets the runtime hold an image as though somebody else had pulled it. */
  public synchronized void hold(ImageReference reference, ImageDigest digest) {
    held.put(reference.stored(), digest);
    held.put(reference.name() + "@" + digest, digest);
  }

  /** Takes an image away as though somebody else had deleted it. */
  public synchronized void evict(ImageReference reference) {
    ImageDigest digest = held.get(reference.stored());
    held.values().removeIf(other -> other.equals(digest));
  }

  /** Makes the runtime stop, or start, answering. */
  public synchronized void down(boolean value) {
    down = value;
  }

  /** Returns once a pull waits for the registry that never answers. */
  public void awaitStalledPull() throws InterruptedException {
    stalledPull.await();
  }

  /** Every reference for which a transfer was begun, in order. */
  public synchronized List<ImageReference> pulls() {
    return List.copyOf(pulls);
  }

  @Override
  public synchronized RuntimeInfo info() throws RuntimeUnavailableException {
    checkUp();
    return new RuntimeInfo("fake", "1");
  }

  @Override
  public synchronized List<HeldImage> list() throws RuntimeUnavailableException {
    checkUp();
    Map<ImageDigest, List<HeldName>> names = new TreeMap<>();
    held.forEach((name, digest) ->
        names
            .computeIfAbsent(digest, ignored -> new ArrayList<>())
            .add(new HeldName(name, digest)));
    List<HeldImage> images = new ArrayList<>();
    names.forEach((digest, all) -> images.add(new HeldImage(digest.value(), all, SIZE, false)));
    return images;
  }

  @Override
  public Optional<HeldImage> find(ImageReference reference)
      throws RuntimeUnavailableException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    return list().stream().filter(image -> image.named(reference).isPresent()).findFirst();
  }

  @Override
  public PullOutcome pull(ImageReference reference, PullWatcher watcher)
      throws InterruptedException {
    if (reference.registry().equals(STALLED_REGISTRY)) {
      stalledPull.countDown();
      new CountDownLatch(1).await();
    }
    synchronized (this) {
      pulls.add(reference);
      if (down) {
        return new PullOutcome.Failed(
            PullReason.RUNTIME_UNAVAILABLE, "Tried to pull but the fake is down", null);
      }
      if (reference.registry().equals(DEAD_REGISTRY)) {
        return new PullOutcome.Failed(PullReason.REGISTRY_UNAVAILABLE, "connection refused", null);
      }
      ImageDigest digest = registry.get(reference.stored());
      if (digest == null) {
        return new PullOutcome.Failed(PullReason.NOT_FOUND, "manifest unknown", null);
      }
      watcher.moved(new PullProgress(SIZE, SIZE));
      if (reference.digest().isEmpty()) {
        held.put(reference.stored(), digest);
      }
      held.put(reference.name() + "@" + digest, digest);
    }
    return foundAfterPull(reference);
  }

  private PullOutcome foundAfterPull(ImageReference reference) throws InterruptedException {
    try {
      return find(reference)
          .<PullOutcome>map(PullOutcome.Pulled::new)
          .orElseGet(() -> new PullOutcome.Failed(PullReason.ERR_IMAGE_PULL, "gone again", null));
    } catch (RuntimeUnavailableException e) {
      return new PullOutcome.Failed(
          PullReason.RUNTIME_UNAVAILABLE, String.valueOf(e.getMessage()), null);
    }
  }

  private void checkUp() throws RuntimeUnavailableException {
    if (down) {
      throw new RuntimeUnavailableException("Tried to ask the runtime but the fake is down");
    }
  }

  @Override
  public PullOutcome converge(ImageReference reference, ImageDigest digest, PullWatcher watcher)
      throws InterruptedException {
    throw new UnsupportedOperationException();
  }

  @Override
  public long missingBytes(List<ImageBlob> blobs) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<Path> imageDirectory() {
    return Optional.empty();
  }

  @Override
  public boolean pin(ImageReference reference, boolean pinned) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<String> stamp(ImageReference reference) {
    return Optional.empty();
  }

  @Override
  public RemovalOutcome remove(ImageReference reference) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void watch(Instant since, ImageEvents events) {}

  @Override
  public void close() {}
}
