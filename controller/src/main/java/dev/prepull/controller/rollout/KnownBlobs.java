package dev.prepull.controller.rollout;

import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.Platform;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What images consist of on each platform, as the first node that pulled them has told; what was
 * not asked for longest goes first. Belongs to the reconcile loop.
 */
final class KnownBlobs {

  private static final int MOST_IMAGES = 1024;
  private static final int MOST_BLOBS = 256;

  private record Key(ImageDigest digest, Platform platform) {}

  private final Map<Key, List<ImageBlob>> known = new LinkedHashMap<>(16, 0.75f, true);

  void learn(ImageDigest digest, Platform platform, List<ImageBlob> blobs) {
    if (!blobs.isEmpty() && blobs.size() <= MOST_BLOBS) {
      known.put(new Key(digest, platform), blobs);
      if (known.size() > MOST_IMAGES) {
        known.remove(known.keySet().iterator().next());
      }
    }
  }

  /** Empty when no node has told. */
  List<ImageBlob> of(ImageDigest digest, Platform platform) {
    List<ImageBlob> blobs = known.get(new Key(digest, platform));
    return blobs == null ? List.of() : blobs;
  }
}
