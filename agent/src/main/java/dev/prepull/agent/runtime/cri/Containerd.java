package dev.prepull.agent.runtime.cri;

import com.google.protobuf.Timestamp;
import dev.prepull.agent.runtime.ImageEvents;
import dev.prepull.agent.runtime.PullWatcher;
import dev.prepull.agent.runtime.RemovalOutcome;
import dev.prepull.agent.runtime.cri.containerd.containers.v1.ListContainersRequest;
import dev.prepull.agent.runtime.cri.containerd.containers.v1.ListContainersResponse;
import dev.prepull.agent.runtime.cri.containerd.images.v1.Descriptor;
import dev.prepull.agent.runtime.cri.containerd.images.v1.Image;
import dev.prepull.model.HeldImage;
import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Containerd's own services, on the same socket as its CRI. */
final class Containerd implements CriFlavour {

  private static final String PINNED_LABEL = "io.cri-containerd.pinned";
  private static final String PINNED = "pinned";
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private static final Logger log = LoggerFactory.getLogger(Containerd.class);

  private final GrpcCalls calls;
  private final Clock clock;
  private final ContainerdImages images;
  private final ContentStore store;
  private final ImageContents contents;
  private final RepositoryPulls pulls = new RepositoryPulls();

  Containerd(GrpcCalls calls, Clock clock) {
    this.calls = calls;
    this.clock = clock;
    this.images = new ContainerdImages(calls);
    this.store = new ContainerdContentStore(calls);
    this.contents = new ImageContents(store);
  }

  @Override
  public PullObserver observe(ImageReference reference, PullWatcher watcher) {
    return new ContentObserver(
        pulls.begin(reference, clock.instant()), store, new UsedBytes(calls)::read, watcher);
  }

  @Override
  public TagDigests digests(Collection<String> tags)
      throws GrpcCallException, InterruptedException {
    return images.of(tags);
  }

  @Override
  public boolean givesNames() {
    return true;
  }

  /**
   * A name alone does not make a whole image: it may have been pulled for another platform. Nor
   * does what CRI shows, for it does not look after layers.
   */
  @Override
  public boolean holds(ImageDigest digest) throws GrpcCallException, InterruptedException {
    for (Image image : images.withTarget(digest)) {
      var shown = CriInventory.status(calls, image.getName());
      if (shown.isPresent()) {
        List<ImageBlob> blobs = contents.blobs(shown.get().getId(), digest);
        return !blobs.isEmpty() && contents.missingBytes(blobs) == 0;
      }
    }
    return false;
  }

  /** Leaves the names that a pull through CRI leaves. */
  @Override
  public boolean give(ImageReference reference, ImageDigest digest)
      throws GrpcCallException, InterruptedException {
    List<Image> named = images.withTarget(digest);
    if (named.isEmpty()) {
      return false;
    }
    Descriptor target = named.getFirst().getTarget();
    images.set(reference.name() + "@" + digest, target);
    images.set(reference.stored(), target);
    return true;
  }

  @Override
  public List<ImageBlob> blobs(HeldImage image, ImageDigest digest) throws InterruptedException {
    try {
      return contents.blobs(image.id(), digest);
    } catch (GrpcCallException e) {
      log.atDebug()
          .addKeyValue("image", image.id())
          .addKeyValue("reason", e.getMessage())
          .log("Cannot see what the image consists of");
      return List.of();
    }
  }

  @Override
  public long missingBytes(List<ImageBlob> blobs) throws GrpcCallException, InterruptedException {
    return contents.missingBytes(blobs);
  }

  @Override
  public Optional<String> stamp(ImageReference reference)
      throws GrpcCallException, InterruptedException {
    return images
        .get(reference.stored())
        .map(image -> {
          Timestamp updated = image.getUpdatedAt();
          return "%d.%09d".formatted(updated.getSeconds(), updated.getNanos());
        });
  }

  @Override
  public boolean markPinned(ImageReference reference, boolean pinned)
      throws GrpcCallException, InterruptedException {
    Optional<Image> image = images.get(reference.stored());
    if (image.isEmpty()) {
      return false;
    }
    boolean marked = PINNED.equals(image.get().getLabelsMap().get(PINNED_LABEL));
    if (marked != pinned) {
      images.label(image.get(), PINNED_LABEL, pinned ? PINNED : "");
    }
    return true;
  }

  @Override
  public List<ImageUse> otherContainers() throws GrpcCallException, InterruptedException {
    return calls
        .callAll(
            ContainerdMethods.CONTAINERS_LIST,
            ListContainersRequest.getDefaultInstance(),
            ContainerdContentStore.NAMESPACE,
            TIMEOUT)
        .stream()
        .map(ListContainersResponse::getContainersList)
        .flatMap(List::stream)
        .map(container -> new ImageUse(container.getId(), List.of(container.getImage())))
        .toList();
  }

  @Override
  public RemovalOutcome remove(ImageReference reference, HeldImage image)
      throws GrpcCallException, InterruptedException {
    Map<String, String> targets =
        images.all().stream()
            .collect(Collectors.toMap(Image::getName, named -> named.getTarget().getDigest()));
    RemovableNames names = new RemovableNames(reference, image, targets);
    if (reference.digest().isPresent() && !names.siblings().isEmpty()) {
      return new RemovalOutcome.Kept(
          "%s is the same image and needs it".formatted(names.siblings().getFirst()));
    }
    for (String name : names.all()) {
      images.delete(name);
    }
    return new RemovalOutcome.Removed();
  }

  @Override
  public void watch(ImageEvents events) throws GrpcCallException, InterruptedException {
    new ContainerdEvents(calls, clock.instant().toString()).tell(events);
  }
}
