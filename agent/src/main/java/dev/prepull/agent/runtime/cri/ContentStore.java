package dev.prepull.agent.runtime.cri;

import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What containerd's content store holds and what is on its way there. Every method blocks. */
interface ContentStore {

  /** The bytes received so far of each blob that is being fetched, whoever asked for it. */
  Map<ImageDigest, Long> arriving() throws GrpcCallException, InterruptedException;

  /**
   * Image manifests (no indexes) of the reference's repository that some pull touched since then.
   */
  Set<ImageDigest> manifests(ImageReference reference, Instant since)
      throws GrpcCallException, InterruptedException;

  /** The manifests that an index lists; empty when it is not there or is no index. */
  Set<ImageDigest> listedBy(ImageDigest index) throws GrpcCallException, InterruptedException;

  /** Config and layers of a manifest with their sizes in bytes; empty when it cannot be read. */
  Optional<Map<ImageDigest, Long>> blobs(ImageDigest manifest)
      throws GrpcCallException, InterruptedException;

  /** When the blob was complete; empty when it is not there. */
  Optional<Instant> arrived(ImageDigest blob) throws GrpcCallException, InterruptedException;
}
