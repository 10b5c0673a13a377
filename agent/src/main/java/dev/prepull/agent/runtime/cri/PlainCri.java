package dev.prepull.agent.runtime.cri;

import dev.prepull.agent.runtime.ImageEvents;
import dev.prepull.agent.runtime.PullWatcher;
import dev.prepull.agent.runtime.RemovalOutcome;
import dev.prepull.agent.runtime.cri.v1.ImageSpec;
import dev.prepull.agent.runtime.cri.v1.RemoveImageRequest;
import dev.prepull.model.HeldImage;
import dev.prepull.model.HeldName;
import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** A runtime that offers CRI and nothing else, such as CRI-O or cri-dockerd. */
final class PlainCri implements CriFlavour {

  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  private final GrpcCalls calls;

  PlainCri(GrpcCalls calls) {
    this.calls = calls;
  }

  @Override
  public PullObserver observe(ImageReference reference, PullWatcher watcher) {
    return new UsedBytesObserver(new UsedBytes(calls), watcher);
  }

  @Override
  public TagDigests digests(Collection<String> tags) {
    return TagDigests.UNKNOWN;
  }

  @Override
  public boolean givesNames() {
    return false;
  }

  @Override
  public boolean holds(ImageDigest digest) {
    return false;
  }

  @Override
  public boolean give(ImageReference reference, ImageDigest digest) {
    return false;
  }

  @Override
  public List<ImageBlob> blobs(HeldImage image, ImageDigest digest) {
    return List.of();
  }

  @Override
  public long missingBytes(List<ImageBlob> blobs) {
    return blobs.stream().mapToLong(ImageBlob::sizeBytes).sum();
  }

  @Override
  public Optional<String> stamp(ImageReference reference) {
    return Optional.empty();
  }

  @Override
  public boolean markPinned(ImageReference reference, boolean pinned) {
    return false;
  }

  @Override
  public List<ImageUse> otherContainers() {
    return List.of();
  }

  /** CRI removes an image with all its names, so it must have no other. */
  @Override
  public RemovalOutcome remove(ImageReference reference, HeldImage image)
      throws GrpcCallException, InterruptedException {
    Optional<String> other =
        image.names().stream()
            .map(HeldName::name)
            .filter(name ->
                !name.equals(reference.stored()) && !name.startsWith(reference.name() + "@"))
            .findFirst();
    if (other.isPresent()) {
      return new RemovalOutcome.Kept(
          "this runtime can only remove all names of an image, and it is also " + other.get());
    }
    var _ =
        calls.call(
            CriMethods.REMOVE_IMAGE,
            RemoveImageRequest.newBuilder()
                .setImage(ImageSpec.newBuilder().setImage(reference.forRuntime()))
                .build(),
            TIMEOUT);
    return new RemovalOutcome.Removed();
  }

  @Override
  public void watch(ImageEvents events) {}
}
