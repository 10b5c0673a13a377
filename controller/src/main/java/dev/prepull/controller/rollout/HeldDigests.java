package dev.prepull.controller.rollout;

import dev.prepull.model.ImageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The digests that nodes resolve one reference to, and how many nodes each. Belongs to the
 * reconcile loop.
 */
final class HeldDigests {

  /** A digest and how many nodes hold it. */
  private static final class Share {
    private final ImageDigest digest;
    private int nodes;

    Share(ImageDigest digest) {
      this.digest = digest;
    }
  }

  private final Map<ImageDigest, Share> shares = new HashMap<>();
  private @Nullable Share[] ofNode = new Share[0];

  /**
   * The node resolves the reference to that digest; null for none.
   *
   * @return the digest, one object for all nodes that hold it
   */
  @Nullable ImageDigest put(int node, @Nullable ImageDigest digest) {
    remove(node);
    if (digest == null) {
      return null;
    }
    if (node >= ofNode.length) {
      ofNode = Arrays.copyOf(ofNode, Math.max(node + 1, 2 * ofNode.length));
    }
    Share share = shares.computeIfAbsent(digest, Share::new);
    share.nodes++;
    ofNode[node] = share;
    return share.digest;
  }

  /** Nothing is known of the node. */
  void remove(int node) {
    Share share = node < ofNode.length ? ofNode[node] : null;
    if (share != null) {
      ofNode[node] = null;
      if (--share.nodes == 0) {
        shares.remove(share.digest);
      }
    }
  }

  @Nullable ImageDigest of(int node) {
    Share share = node < ofNode.length ? ofNode[node] : null;
    return share == null ? null : share.digest;
  }

  /** The digest, when all nodes that hold any hold the same. */
  Optional<ImageDigest> agreed() {
    return shares.size() == 1
        ? Optional.of(shares.values().iterator().next().digest)
        : Optional.empty();
  }

  int nodesWith(ImageDigest digest) {
    Share share = shares.get(digest);
    return share == null ? 0 : share.nodes;
  }
}
