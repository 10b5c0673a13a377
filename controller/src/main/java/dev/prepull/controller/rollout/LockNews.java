package dev.prepull.controller.rollout;

import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlannedImage;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which locks agents are to be told. All agents with the same plan get the same map, so that it is
 * made and encoded once. Belongs to the reconcile loop.
 */
final class LockNews {

  private final LockBook locks;
  private final Set<ImageReference> changed = new HashSet<>();
  private final Map<NodePlan, Map<ImageReference, ImageDigest>> whole = new IdentityHashMap<>();
  private final Map<NodePlan, Map<ImageReference, ImageDigest>> news = new IdentityHashMap<>();

  LockNews(LockBook locks) {
    this.locks = locks;
  }

  /** The image's lock is new or another one. */
  void changed(ImageReference reference) {
    changed.add(reference);
    whole.clear();
    news.clear();
  }

  /** Plans are different now. */
  void planned() {
    whole.clear();
    news.clear();
  }

  /** Whether anything has changed since {@link #told}. */
  boolean isEmpty() {
    return changed.isEmpty();
  }

  /** All locks of the plan's images. */
  Map<ImageReference, ImageDigest> allOf(NodePlan plan) {
    return whole.computeIfAbsent(plan, each -> locksOf(each, reference -> true));
  }

  /** Those that have changed since {@link #told}. */
  Map<ImageReference, ImageDigest> newsOf(NodePlan plan) {
    return news.computeIfAbsent(plan, each -> locksOf(each, changed::contains));
  }

  /** Everybody knows everything. */
  void told() {
    changed.clear();
    news.clear();
  }

  private Map<ImageReference, ImageDigest> locksOf(
      NodePlan plan, Predicate<ImageReference> wanted) {
    Map<ImageReference, ImageDigest> found = new LinkedHashMap<>();
    for (PlannedImage image : plan.images()) {
      if (wanted.test(image.reference())) {
        locks.of(image.reference()).ifPresent(lock -> found.put(image.reference(), lock.digest()));
      }
    }
    return Collections.unmodifiableMap(found);
  }
}
