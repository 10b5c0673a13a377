package dev.prepull.controller.rollout;

import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReport;
import dev.prepull.model.PullProblem;
import java.util.BitSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the nodes say of one image, as sets of nodes by ordinal. Each report replaces the one before
 * of that node. Belongs to the reconcile loop.
 */
final class ImageHoldings {

  private final BitSet heard = new BitSet();
  private final BitSet waiting = new BitSet();
  private final BitSet holding = new BitSet();
  private final BitSet converged = new BitSet();
  private final BitSet failing = new BitSet();
  private final HeldDigests digests = new HeldDigests();
  private @Nullable ImageDigest lock;

  /**
   * Takes in what a node says.
   *
   * @return the digest that the node resolves the reference to, one object for all nodes
   */
  @Nullable ImageDigest observe(int node, ImageReport report) {
    heard.set(node);
    waiting.clear(node);
    holding.clear(node);
    converged.clear(node);
    ImageDigest digest = digests.put(node, report.digest());
    switch (report.state()) {
      case WAITING -> waiting.set(node);
      case PRESENT, DRIFTED -> holds(node, digest);
      case FAILED, BLOCKED -> failing.set(node, saysSomethingOfTheImage(report.problem()));
      case GRANTED, PULLING -> {}
    }
    return digest;
  }

  private void holds(int node, @Nullable ImageDigest digest) {
    holding.set(node);
    if (lock == null || lock.equals(digest)) {
      failing.clear(node);
      converged.set(node, lock != null);
    }
  }

  private static boolean saysSomethingOfTheImage(@Nullable PullProblem problem) {
    return problem == null || !problem.reason().isOfNode();
  }

  /** Nothing is known of the node any more. */
  void forget(int node) {
    heard.clear(node);
    waiting.clear(node);
    holding.clear(node);
    converged.clear(node);
    failing.clear(node);
    digests.remove(node);
  }

  /** This is what the reference shall mean; null when that is not known. Failures count anew. */
  void lock(@Nullable ImageDigest digest) {
    lock = digest;
    failing.clear();
    converged.clear();
    for (int node = holding.nextSetBit(0); node >= 0; node = holding.nextSetBit(node + 1)) {
      converged.set(node, digest != null && digest.equals(digests.of(node)));
    }
  }

  /** A pull failed although the node still holds the image. */
  void failed(int node) {
    failing.set(node);
  }

  /** Nodes that have said anything since they attached. */
  BitSet heard() {
    return heard;
  }

  /** Nodes where the image is missing and nothing happens. */
  BitSet waiting() {
    return waiting;
  }

  /** Nodes that hold something under the reference. */
  BitSet holding() {
    return holding;
  }

  /** Nodes that hold what is locked. */
  BitSet converged() {
    return converged;
  }

  /** Nodes whose last pull failed for a reason that does not lie with the node alone. */
  BitSet failing() {
    return failing;
  }

  /** Nodes that hold something else than what is locked. */
  BitSet strayed() {
    BitSet strayed = (BitSet) holding.clone();
    strayed.andNot(converged);
    return strayed;
  }

  /**
   * Rule 2: the one digest that every node which holds the reference resolves it to; empty when
   * they differ, when one of them has none, or when no node holds it.
   */
  Optional<ImageDigest> agreed() {
    return digests
        .agreed()
        .filter(digest -> {
          for (int node = holding.nextSetBit(0); node >= 0; node = holding.nextSetBit(node + 1)) {
            if (digests.of(node) == null) {
              return false;
            }
          }
          return true;
        });
  }

  int nodesWith(ImageDigest digest) {
    return digests.nodesWith(digest);
  }
}
