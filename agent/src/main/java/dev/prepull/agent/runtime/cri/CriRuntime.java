package dev.prepull.agent.runtime.cri;

import dev.prepull.agent.runtime.ImageEvents;
import dev.prepull.agent.runtime.ImageRuntime;
import dev.prepull.agent.runtime.PullOutcome;
import dev.prepull.agent.runtime.PullWatcher;
import dev.prepull.agent.runtime.RemovalOutcome;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.agent.runtime.cri.v1.Image;
import dev.prepull.agent.runtime.cri.v1.ImageSpec;
import dev.prepull.agent.runtime.cri.v1.ImageStatusRequest;
import dev.prepull.agent.runtime.cri.v1.ImageStatusResponse;
import dev.prepull.agent.runtime.cri.v1.ListImagesRequest;
import dev.prepull.agent.runtime.cri.v1.PullImageRequest;
import dev.prepull.agent.runtime.cri.v1.PullImageResponse;
import dev.prepull.agent.runtime.cri.v1.VersionResponse;
import dev.prepull.model.HeldImage;
import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullReason;
import dev.prepull.model.RuntimeInfo;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A runtime that speaks CRI v1 over a unix socket. Beside CRI, containerd's own services are asked,
 * on the same socket, for what CRI does not tell: how far a pull is, and the exact digest of a tag.
 */
public final class CriRuntime implements ImageRuntime {

  private static final String CONTAINERD = "containerd";
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** How often a pull is looked at; shorter pulls are not looked at at all. */
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(500);

  private final GrpcCalls calls;
  private final Clock clock;
  private final boolean containerd;
  private final RepositoryPulls pulls = new RepositoryPulls();

  private CriRuntime(GrpcCalls calls, Clock clock, boolean containerd) {
    this.calls = calls;
    this.clock = clock;
    this.containerd = containerd;
  }

  /**
   * Opens the socket and makes sure that a CRI v1 runtime answers. The clock must be the one of the
   * machine, by which the runtime dates its blobs.
   *
   * @throws RuntimeUnavailableException when it does not; the message says what to do
   */
  public static CriRuntime open(Vertx vertx, Path socket, Clock clock)
      throws RuntimeUnavailableException, InterruptedException {
    GrpcCalls calls = new GrpcCalls(vertx, socket);
    boolean opened = false;
    try {
      VersionResponse version = new CriHandshake(calls, socket).version();
      opened = true;
      return new CriRuntime(calls, clock, version.getRuntimeName().equals(CONTAINERD));
    } finally {
      if (!opened) {
        calls.close();
      }
    }
  }

  @Override
  public RuntimeInfo info() throws RuntimeUnavailableException, InterruptedException {
    try {
      VersionResponse version = CriHandshake.ask(calls);
      return new RuntimeInfo(version.getRuntimeName(), version.getRuntimeVersion());
    } catch (GrpcCallException e) {
      throw unavailable("ask for the version", e);
    }
  }

  @Override
  public List<HeldImage> list() throws RuntimeUnavailableException, InterruptedException {
    try {
      List<Image> images =
          calls
              .call(CriMethods.LIST_IMAGES, ListImagesRequest.getDefaultInstance(), TIMEOUT)
              .getImagesList();
      return held(images);
    } catch (GrpcCallException e) {
      throw unavailable("list images", e);
    }
  }

  @Override
  public Optional<HeldImage> find(ImageReference reference)
      throws RuntimeUnavailableException, InterruptedException {
    ImageStatusRequest request = ImageStatusRequest.newBuilder().setImage(spec(reference)).build();
    try {
      ImageStatusResponse status = calls.call(CriMethods.IMAGE_STATUS, request, TIMEOUT);
      // The runtime also answers to the first digits of an image id, which a name may look like.
      boolean there =
          status.hasImage()
              && CriImages.held(status.getImage(), TagDigests.UNKNOWN).named(reference).isPresent();
      return there ? Optional.of(held(List.of(status.getImage())).getFirst()) : Optional.empty();
    } catch (GrpcCallException e) {
      throw unavailable("look for image " + reference, e);
    }
  }

  private List<HeldImage> held(Collection<Image> images)
      throws GrpcCallException, InterruptedException {
    TagDigests exactly = TagDigests.UNKNOWN;
    if (containerd) {
      List<String> open = images.stream().map(CriImages::openTags).flatMap(List::stream).toList();
      if (!open.isEmpty()) {
        exactly = new ContainerdImages(calls).of(open);
      }
    }
    List<HeldImage> held = new ArrayList<>();
    for (Image image : images) {
      held.add(CriImages.held(image, exactly));
    }
    return held;
  }

  @Override
  public PullOutcome pull(ImageReference reference, PullWatcher watcher)
      throws InterruptedException {
    PullImageRequest request = PullImageRequest.newBuilder().setImage(spec(reference)).build();
    try (PullObserver observer = observer(reference, watcher);
        GrpcCall<PullImageResponse> call = calls.start(CriMethods.PULL_IMAGE, request)) {
      while (!call.endsWithin(LOOK_INTERVAL)) {
        observer.look();
      }
      call.answers();
      Optional<HeldImage> image = find(reference);
      if (image.isEmpty()) {
        return failed(PullReason.ERR_IMAGE_PULL, notFoundAfterwards(reference));
      }
      watcher.moved(observer.complete());
      return new PullOutcome.Pulled(image.get());
    } catch (GrpcCallException e) {
      return failed(CriPullErrors.reason(e.code(), e.text()), e.text());
    } catch (RuntimeUnavailableException e) {
      return failed(PullReason.RUNTIME_UNAVAILABLE, String.valueOf(e.getMessage()));
    }
  }

  private PullObserver observer(ImageReference reference, PullWatcher watcher) {
    UsedBytes usedBytes = new UsedBytes(calls);
    return containerd
        ? new ContentObserver(
            pulls.begin(reference, clock.instant()),
            new ContainerdContentStore(calls),
            usedBytes::read,
            watcher)
        : new UsedBytesObserver(usedBytes, watcher);
  }

  private String notFoundAfterwards(ImageReference reference) {
    return ("Tried to pull %s via %s, and the runtime said that it did, but then it did not answer to"
            + " %s; either somebody removed the image at once, or the runtime resolves the short"
            + " name elsewhere: write the name with its registry")
        .formatted(reference.forRuntime(), calls.endpoint(), reference.stored());
  }

  private static PullOutcome failed(PullReason reason, String message) {
    return new PullOutcome.Failed(reason, message, null);
  }

  private static ImageSpec spec(ImageReference reference) {
    return ImageSpec.newBuilder().setImage(reference.forRuntime()).build();
  }

  private RuntimeUnavailableException unavailable(String tried, GrpcCallException e) {
    return new RuntimeUnavailableException(
        "Tried to %s via %s, but got %s".formatted(tried, calls.endpoint(), e.getMessage()), e);
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
  public void close() {
    calls.close();
  }
}
