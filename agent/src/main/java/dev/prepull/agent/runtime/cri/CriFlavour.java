package dev.prepull.agent.runtime.cri;

import dev.prepull.agent.runtime.ImageEvents;
import dev.prepull.agent.runtime.PullWatcher;
import dev.prepull.agent.runtime.RemovalOutcome;
import dev.prepull.model.HeldImage;
import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** What one runtime offers beside CRI. Every method blocks. */
interface CriFlavour {

  /** Begins to watch a pull that is about to begin. */
  PullObserver observe(ImageReference reference, PullWatcher watcher);

  /** What the tags stand for now. */
  TagDigests digests(Collection<String> tags) throws GrpcCallException, InterruptedException;

  /** Whether {@link #give} can ever succeed. */
  boolean givesNames();

  /** Whether the whole image is there, under whatever name. */
  boolean holds(ImageDigest digest) throws GrpcCallException, InterruptedException;

  /**
   * Lets the reference stand for that digest, in place of what it stood for.
   *
   * @return false when no name stands for that digest now
   */
  boolean give(ImageReference reference, ImageDigest digest)
      throws GrpcCallException, InterruptedException;

  /** Config and layers of an image; empty when they cannot be seen. */
  List<ImageBlob> blobs(HeldImage image, ImageDigest digest) throws InterruptedException;

  /** The bytes of those of the blobs that are not there. */
  long missingBytes(List<ImageBlob> blobs) throws GrpcCallException, InterruptedException;

  /** As {@link dev.prepull.agent.runtime.ImageRuntime#stamp}. */
  Optional<String> stamp(ImageReference reference) throws GrpcCallException, InterruptedException;

  /**
   * Writes that the kubelet is to spare the image, or takes that back. Whether the runtime heeds it
   * shows in CRI.
   *
   * @return false when there is nothing to write it on
   */
  boolean markPinned(ImageReference reference, boolean pinned)
      throws GrpcCallException, InterruptedException;

  /** Containers that CRI does not know, by what they say of their image. */
  List<ImageUse> otherContainers() throws GrpcCallException, InterruptedException;

  /** Takes the name away from the image, and the content if no other name needs it. */
  RemovalOutcome remove(ImageReference reference, HeldImage image)
      throws GrpcCallException, InterruptedException;

  /** As {@link dev.prepull.agent.runtime.ImageRuntime#watch}. */
  void watch(ImageEvents events) throws GrpcCallException, InterruptedException;
}
