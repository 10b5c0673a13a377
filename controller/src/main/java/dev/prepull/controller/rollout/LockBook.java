package dev.prepull.controller.rollout;

import dev.prepull.controller.plan.DigestLock;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.NodeName;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The digest locks and the rules by which they are found:
 *
 * <ol>
 *   <li>a reference with a digest locks itself;
 *   <li>the digest on which all nodes agree that hold the reference;
 *   <li>otherwise the first digest that a canary gets from the registry;
 *   <li>and, where the registry is asked again, the digest that it gives then.
 * </ol>
 *
 * A lock is good for the text that the user wrote. Belongs to the reconcile loop.
 */
final class LockBook {

  /** What an answer of the registry did to a lock. */
  enum Looked {
    /** There was none. */
    LOCKED,
    /** The reference still means what is locked. */
    UNMOVED,
    /** The reference means something else now, which is the lock from now on. */
    MOVED
  }

  private final Map<ImageReference, DigestLock> locks = new HashMap<>();
  private List<DigestLock> all = List.of();

  /** The locks of an earlier process. */
  LockBook(Collection<DigestLock> known) {
    known.forEach(this::put);
  }

  Optional<DigestLock> of(ImageReference reference) {
    return Optional.ofNullable(locks.get(reference));
  }

  /** All of them, by reference. */
  List<DigestLock> all() {
    if (all.size() != locks.size()) {
      all =
          locks.values().stream()
              .sorted(Comparator.comparing(lock -> lock.reference().canonical()))
              .toList();
    }
    return all;
  }

  /** Rule 1; true when the reference names its digest and was not locked on that before. */
  boolean byItself(ImageReference reference, Instant now) {
    Optional<ImageDigest> named = reference.digest();
    if (named.isEmpty() || named.equals(of(reference).map(DigestLock::digest))) {
      return false;
    }
    put(new DigestLock(reference, named.get(), now, "the reference", now));
    return true;
  }

  /** Rule 2: that many nodes hold the reference, all with that digest. */
  void byAgreement(ImageReference reference, ImageDigest digest, int nodes, Instant now) {
    String how = nodes == 1 ? "the one node that holds it" : "agreement of " + nodes + " nodes";
    put(new DigestLock(reference, digest, now, how, now));
  }

  /** Rules 3 and 4: the node asked the registry and got that digest. */
  Looked looked(ImageReference reference, ImageDigest digest, NodeName node, Instant now) {
    DigestLock before = locks.get(reference);
    if (before != null && before.digest().equals(digest)) {
      put(
          new DigestLock(
              before.reference(), before.digest(), before.lockedAt(), before.lockedBy(), now));
      return Looked.UNMOVED;
    }
    put(new DigestLock(reference, digest, now, node.value(), now));
    return before == null ? Looked.LOCKED : Looked.MOVED;
  }

  /** Drops every lock whose reference is not among these, or is written differently now. */
  void retain(Map<ImageReference, ImageReference> wanted) {
    locks
        .values()
        .removeIf(lock -> {
          ImageReference now = wanted.get(lock.reference());
          return now == null || !now.written().equals(lock.reference().written());
        });
    all = List.of();
  }

  private void put(DigestLock lock) {
    locks.put(lock.reference(), lock);
    all = List.of();
  }
}
