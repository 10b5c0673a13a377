package dev.prepull.agent.runtime.cri;

import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What images consist of, read from a content store. */
final class ImageContents {

  private final ContentStore store;

  ImageContents(ContentStore store) {
    this.store = store;
  }

  /**
   * Config and layers of the image that CRI made of a digest. An index may have come with the
   * manifests of several platforms; CRI's image id is the digest of the one's config that it uses.
   *
   * @return empty when the manifest is not there
   */
  List<ImageBlob> blobs(String imageId, ImageDigest digest)
      throws GrpcCallException, InterruptedException {
    List<ImageDigest> manifests = new ArrayList<>(List.of(digest));
    manifests.addAll(store.listedBy(digest));
    for (ImageDigest manifest : manifests) {
      Optional<Map<ImageDigest, Long>> blobs = store.blobs(manifest);
      if (blobs.isPresent()
          && blobs.get().keySet().stream().anyMatch(blob -> blob.value().equals(imageId))) {
        return blobs.get().entrySet().stream()
            .map(blob -> new ImageBlob(blob.getKey(), blob.getValue()))
            .toList();
      }
    }
    return List.of();
  }

  /** The bytes of those of the blobs that are not there. */
  long missingBytes(List<ImageBlob> blobs) throws GrpcCallException, InterruptedException {
    long missing = 0;
    for (ImageBlob blob : blobs) {
      if (store.arrived(blob.digest()).isEmpty()) {
        missing += blob.sizeBytes();
      }
    }
    return missing;
  }
}
