package dev.prepull.controller.link;

import dev.prepull.model.NodePlan;
import dev.prepull.model.PlanRevision;
import dev.prepull.protocol.AgentLinkMapper;
import io.vertx.core.buffer.Buffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** Encodes each plan once, however many nodes share it. Thread-safe. */
final class PlanMessages {

  private static final int KEPT = 64;

  private final Map<PlanRevision, Buffer> encoded = new LinkedHashMap<>(KEPT, 0.75f, true);

  synchronized Buffer of(NodePlan plan) {
    Buffer known = encoded.get(plan.revision());
    if (known == null) {
      known = Buffer.buffer(AgentLinkMapper.plan(plan).toByteArray());
      encoded.put(plan.revision(), known);
      if (encoded.size() > KEPT) {
        encoded.remove(encoded.keySet().iterator().next());
      }
    }
    return known;
  }
}
