package dev.prepull.agent.runtime;

import dev.prepull.credentials.RegistryCredential;
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
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A runtime in memory that pulls from a registry in memory. It passes the contract of the real
 * adapters; what some of them cannot do can be taken from it. Thread-safe.
 */
public final class FakeImageRuntime implements ImageRuntime {

  /** Host of a registry at which nothing listens. */
  public static final String DEAD_REGISTRY = "dead.example:5000";

  /** Host of a registry that never answers. */
  public static final String STALLED_REGISTRY = "stalled.example:5000";

  private final FakeRegistry registry = new FakeRegistry();
  private final Map<String, ImageDigest> held = new TreeMap<>();
  private final Map<String, Integer> stamps = new HashMap<>();
  private final Map<ImageDigest, String> containers = new HashMap<>();
  private final Map<String, ImageDigest> rebuilt = new HashMap<>();
  private final Set<String> pinned = new HashSet<>();
  private final List<ImageReference> pulls = new ArrayList<>();
  private final List<ImageEvents> watchers = new CopyOnWriteArrayList<>();
  private final CountDownLatch stalledPull = new CountDownLatch(1);
  private CountDownLatch streamEnd = new CountDownLatch(1);
  private Runnable midway = () -> {};
  private InstantSource clock = InstantSource.system();
  private Instant watchedSince = Instant.EPOCH;
  private int touches;
  private boolean down;
  private boolean pins = true;
  private boolean names = true;
  private boolean stampsKept = true;
  private boolean tellsEvents = true;
  private @Nullable Path imageDirectory = Path.of("/var/lib/fake");

  // What the registry has

  /** Puts an image into the registry, in place of what the name meant before. */
  public void push(ImageReference reference, ImageDigest digest) {
    registry.push(reference, digest);
  }

  /** Gives an image of the registry a second tag. */
  public void alias(ImageReference reference, ImageReference alias) {
    registry.alias(reference, alias);
  }

  /** Says what an image consists of; otherwise it has 1000 bytes that no other image has. */
  public void consist(ImageDigest digest, List<ImageBlob> blobs) {
    registry.consist(digest, blobs);
  }

  /** Lets every pull of that tag or digest fail until {@link #heal}. */
  public void fail(ImageReference reference, PullOutcome.Failed failure) {
    registry.fail(reference, failure);
  }

  /** Takes back every {@link #fail}. */
  public void heal() {
    registry.heal();
  }

  /** Every tag and digest that the registry was asked for, in order. */
  public List<ImageReference> asked() {
    return registry.asked();
  }

  /** Opens a registry to those only who show this; others are answered with that reason. */
  public void guard(String host, RegistryCredential wanted, PullReason answer) {
    registry.guard(host, wanted, answer);
  }

  /** Every credential that a registry was shown, in order; anonymous ones too. */
  public List<RegistryCredential> shown() {
    return registry.shown();
  }

  // What others do on the node

  /** Lets the runtime hold an image as though somebody else had pulled or tagged it. */
  public synchronized void hold(ImageReference reference, ImageDigest digest) {
    name(reference.stored(), digest);
    name(reference.name() + "@" + digest, digest);
  }

  /**
   * Lets the runtime know what it holds under that name by a second digest, as Docker does when an
   * image that a build did not change was pushed again.
   */
  public synchronized void alsoKnownBy(ImageReference reference, ImageDigest digest) {
    rebuilt.put(reference.stored(), digest);
    changed(reference.stored());
  }

  /** Takes an image away, with all its names, as though somebody else had deleted it. */
  public synchronized void evict(ImageReference reference) {
    ImageDigest digest = held.get(reference.stored());
    namesOf(digest).forEach(this::unname);
  }

  /** Takes only this name away, as though somebody else had. */
  public synchronized void untag(ImageReference reference) {
    unname(reference.stored());
  }

  /** Lets somebody else pull from the registry, which wipes a pin as containerd does. */
  public synchronized void pullByOther(ImageReference reference) {
    pinned.remove(reference.stored());
    hold(reference, Objects.requireNonNull(registry.meaning(reference)));
  }

  /** Lets a stopped container keep the image to which the reference resolves now. */
  public synchronized void useByContainer(ImageReference reference) {
    containers.put(
        Objects.requireNonNull(held.get(reference.stored())), "container-" + containers.size());
  }

  /** Takes all containers away. */
  public synchronized void removeContainers() {
    containers.clear();
  }

  /** What every name stands for, whether or not the runtime answers. */
  public synchronized Map<String, ImageDigest> names() {
    return Map.copyOf(held);
  }

  // What the runtime can do

  /** Makes the runtime stop, or start, answering; streams of events end. */
  public synchronized void down(boolean value) {
    down = value;
    if (down) {
      streamEnd.countDown();
      streamEnd = new CountDownLatch(1);
    }
  }

  /** Whether images can be pinned, as with containerd from 1.7 on; true unless said otherwise. */
  public synchronized void pinSupported(boolean value) {
    pins = value;
  }

  /** Whether content can be given a name, as with all but CRI-O; true unless said otherwise. */
  public synchronized void namingSupported(boolean value) {
    names = value;
  }

  /** Whether names carry stamps, as with containerd; true unless said otherwise. */
  public synchronized void stampsSupported(boolean value) {
    stampsKept = value;
  }

  /** Whether there is a stream of events, as with all but CRI-O; true unless said otherwise. */
  public synchronized void eventsSupported(boolean value) {
    tellsEvents = value;
  }

  /** Where images are kept; null while the runtime does not tell. */
  public synchronized void imageDirectory(@Nullable Path value) {
    imageDirectory = value;
  }

  /** By which events are dated. */
  public synchronized void clock(InstantSource source) {
    clock = source;
  }

  /** From when on events were asked for last. */
  public synchronized Instant watchedSince() {
    return watchedSince;
  }

  /** Tells of that name, though nothing has happened to it. */
  public synchronized void tell(String name) {
    changed(name);
  }

  /** Runs on the pulling thread of each pull, when half of its bytes have come. */
  public synchronized void midway(Runnable action) {
    midway = action;
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
    List<HeldImage> images = new ArrayList<>();
    for (ImageDigest digest : new TreeSet<>(held.values())) {
      List<String> all = namesOf(digest);
      images.add(
          new HeldImage(
              digest.value(),
              all.stream().flatMap(this::heldNames).toList(),
              bytes(registry.blobs(digest)),
              all.stream().anyMatch(pinned::contains)));
    }
    return images;
  }

  @Override
  public Optional<HeldImage> find(ImageReference reference)
      throws RuntimeUnavailableException, InterruptedException {
    checkInterrupt();
    return list().stream().filter(image -> image.named(reference).isPresent()).findFirst();
  }

  @Override
  public PullOutcome pull(
      ImageReference reference, RegistryCredential credential, PullWatcher watcher)
      throws InterruptedException {
    Optional<PullOutcome> failed = transfer(reference, credential, watcher);
    return failed.isPresent() ? failed.get() : foundAfterPull(reference);
  }

  @Override
  public PullOutcome converge(
      ImageReference reference,
      ImageDigest digest,
      RegistryCredential credential,
      PullWatcher watcher)
      throws InterruptedException {
    if (!names && reference.digest().isEmpty()) {
      return pullAndCompare(reference, digest, credential, watcher);
    }
    if (!holds(reference, digest)) {
      ImageReference byDigest = ImageReference.parse(reference.name() + "@" + digest);
      Optional<PullOutcome> failed =
          holds(digest) ? Optional.empty() : transfer(byDigest, credential, watcher);
      if (failed.isPresent()) {
        return failed.get();
      }
      hold(reference, digest);
    }
    return foundAfterPull(reference);
  }

  private PullOutcome pullAndCompare(
      ImageReference reference,
      ImageDigest digest,
      RegistryCredential credential,
      PullWatcher watcher)
      throws InterruptedException {
    PullOutcome outcome =
        holds(reference, digest) ? foundAfterPull(reference) : pull(reference, credential, watcher);
    return outcome instanceof PullOutcome.Failed || holds(reference, digest)
        ? outcome
        : failed(PullReason.DRIFT, "the tag now stands for another image than " + digest);
  }

  private synchronized boolean holds(ImageReference reference, ImageDigest digest) {
    String name = reference.stored();
    return digest.equals(held.get(name)) || digest.equals(rebuilt.get(name));
  }

  private synchronized boolean holds(ImageDigest digest) {
    return !down && held.containsValue(digest);
  }

  /** Brings the image in under the reference; empty when it has come. */
  private Optional<PullOutcome> transfer(
      ImageReference reference, RegistryCredential credential, PullWatcher watcher)
      throws InterruptedException {
    checkInterrupt();
    if (reference.registry().equals(STALLED_REGISTRY)) {
      stalledPull.countDown();
      new CountDownLatch(1).await();
    }
    Runnable action;
    synchronized (this) {
      pulls.add(reference);
      action = midway;
      if (down) {
        return Optional.of(failed(PullReason.RUNTIME_UNAVAILABLE, "the fake is down"));
      }
    }
    if (reference.registry().equals(DEAD_REGISTRY)) {
      return Optional.of(failed(PullReason.REGISTRY_UNAVAILABLE, "connection refused"));
    }
    Optional<PullOutcome.Failed> refusal = registry.refusal(reference, credential);
    if (refusal.isPresent()) {
      return Optional.of(refusal.get());
    }
    Optional<ImageDigest> digest = registry.resolve(reference);
    Optional<PullOutcome.Failed> failure = registry.failure(reference);
    if (failure.isPresent()) {
      return Optional.of(failure.get());
    }
    if (digest.isEmpty()) {
      return Optional.of(failed(PullReason.NOT_FOUND, "manifest unknown"));
    }
    long bytes = bytes(registry.blobs(digest.get()));
    watcher.sized(bytes, missing(registry.blobs(digest.get())));
    checkInterrupt();
    watcher.moved(new PullProgress(bytes / 2, bytes));
    action.run();
    checkInterrupt();
    watcher.moved(new PullProgress(bytes, bytes));
    hold(reference, digest.get());
    return Optional.empty();
  }

  private static void checkInterrupt() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  private PullOutcome foundAfterPull(ImageReference reference) throws InterruptedException {
    try {
      Optional<HeldImage> image = find(reference);
      return image.isEmpty()
          ? failed(PullReason.ERR_IMAGE_PULL, "gone again")
          : new PullOutcome.Pulled(image.get(), registry.blobs(new ImageDigest(image.get().id())));
    } catch (RuntimeUnavailableException e) {
      return failed(PullReason.RUNTIME_UNAVAILABLE, String.valueOf(e.getMessage()));
    }
  }

  private static PullOutcome failed(PullReason reason, String message) {
    return new PullOutcome.Failed(reason, message, null);
  }

  @Override
  public synchronized long missingBytes(List<ImageBlob> blobs) throws RuntimeUnavailableException {
    checkUp();
    return missing(blobs);
  }

  private synchronized long missing(List<ImageBlob> blobs) {
    List<ImageBlob> there =
        held.values().stream().map(registry::blobs).flatMap(List::stream).toList();
    return bytes(blobs.stream().filter(blob -> !there.contains(blob)).toList());
  }

  private static long bytes(List<ImageBlob> blobs) {
    return blobs.stream().mapToLong(ImageBlob::sizeBytes).sum();
  }

  @Override
  public synchronized Optional<Path> imageDirectory() throws RuntimeUnavailableException {
    checkUp();
    return Optional.ofNullable(imageDirectory);
  }

  @Override
  public synchronized boolean pin(ImageReference reference, boolean pin)
      throws RuntimeUnavailableException {
    checkUp();
    String name = reference.stored();
    if (!pins || !held.containsKey(name)) {
      return false;
    }
    if (pin ? pinned.add(name) : pinned.remove(name)) {
      changed(name);
    }
    return true;
  }

  @Override
  public synchronized Optional<String> stamp(ImageReference reference)
      throws RuntimeUnavailableException {
    checkUp();
    return stampsKept
        ? Optional.ofNullable(stamps.get(reference.stored())).map(String::valueOf)
        : Optional.empty();
  }

  @Override
  public synchronized RemovalOutcome remove(ImageReference reference)
      throws RuntimeUnavailableException {
    checkUp();
    ImageDigest digest = held.get(reference.stored());
    if (digest == null) {
      return new RemovalOutcome.Removed();
    }
    if (containers.containsKey(digest)) {
      return new RemovalOutcome.Kept("container %s uses it".formatted(containers.get(digest)));
    }
    List<String> tags =
        namesOf(digest).stream()
            .filter(name -> name.startsWith(reference.name() + ":"))
            .filter(name -> !name.equals(reference.stored()))
            .toList();
    if (!tags.isEmpty() && reference.digest().isPresent()) {
      return new RemovalOutcome.Kept("%s is the same image".formatted(tags.getFirst()));
    }
    unname(reference.stored());
    if (tags.isEmpty()) {
      unname(reference.name() + "@" + digest);
    }
    return new RemovalOutcome.Removed();
  }

  @Override
  public void watch(Instant since, ImageEvents events)
      throws RuntimeUnavailableException, InterruptedException {
    CountDownLatch end;
    synchronized (this) {
      checkUp();
      if (!tellsEvents) {
        return;
      }
      end = streamEnd;
      watchedSince = since;
      watchers.add(events);
    }
    try {
      events.watching();
      end.await();
    } finally {
      watchers.remove(events);
    }
  }

  private List<String> namesOf(@Nullable ImageDigest digest) {
    return held.entrySet().stream()
        .filter(entry -> entry.getValue().equals(digest))
        .map(Map.Entry::getKey)
        .toList();
  }

  private Stream<HeldName> heldNames(String name) {
    return Stream.of(held.get(name), rebuilt.get(name))
        .filter(Objects::nonNull)
        .map(digest -> new HeldName(name, digest));
  }

  private void name(String name, ImageDigest digest) {
    held.put(name, digest);
    rebuilt.remove(name);
    changed(name);
  }

  private void unname(String name) {
    if (held.remove(name) != null) {
      rebuilt.remove(name);
      pinned.remove(name);
      changed(name);
      stamps.remove(name);
    }
  }

  private void changed(String name) {
    stamps.put(name, ++touches);
    Instant at = clock.instant();
    watchers.forEach(watcher -> watcher.changed(name, at));
  }

  private void checkUp() throws RuntimeUnavailableException {
    if (down) {
      throw new RuntimeUnavailableException("Tried to ask the runtime but the fake is down");
    }
  }

  @Override
  public synchronized void close() {
    streamEnd.countDown();
  }
}
