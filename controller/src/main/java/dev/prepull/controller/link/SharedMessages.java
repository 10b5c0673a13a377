package dev.prepull.controller.link;

import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlanRevision;
import dev.prepull.protocol.AgentLinkMapper;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Encodes each plan once, however many nodes share it, and each map of locks once, as long as it is
 * the same object. Thread-safe.
 */
final class SharedMessages {

  private static final int PLANS_KEPT = 64;
  private static final int LOCKS_KEPT = 8;

  /** Locks and what was made of them. */
  private record EncodedLocks(Map<ImageReference, ImageDigest> locks, Buffer buffer) {}

  private final Map<PlanRevision, Buffer> plans = new LinkedHashMap<>(PLANS_KEPT, 0.75f, true);
  private final Deque<EncodedLocks> locks = new ArrayDeque<>();

  synchronized Buffer of(NodePlan plan) {
    Buffer known = plans.get(plan.revision());
    if (known == null) {
      known = Buffer.buffer(AgentLinkMapper.plan(plan).toByteArray());
      plans.put(plan.revision(), known);
      if (plans.size() > PLANS_KEPT) {
        plans.remove(plans.keySet().iterator().next());
      }
    }
    return known;
  }

  synchronized Buffer of(Map<ImageReference, ImageDigest> told) {
    for (EncodedLocks known : locks) {
      if (isSame(known.locks(), told)) {
        return known.buffer();
      }
    }
    Buffer buffer = Buffer.buffer(AgentLinkMapper.locks(told).toByteArray());
    locks.addFirst(new EncodedLocks(told, buffer));
    if (locks.size() > LOCKS_KEPT) {
      locks.removeLast();
    }
    return buffer;
  }

  /** Comparing content would take as long as encoding it. */
  @SuppressWarnings("ReferenceEquality")
  private static boolean isSame(
      Map<ImageReference, ImageDigest> known, Map<ImageReference, ImageDigest> told) {
    return known == told;
  }
}
