package dev.prepull.controller.signal;

import dev.prepull.model.NodeName;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a Node object tells at the moment.
 *
 * @param created by the API server's clock
 * @param label the value of {@code prepull.dev/ready}; null when it is absent
 * @param condition the status of {@code ImagesPrePulled}; null when it is absent
 * @param tainted whether it has the startup taint
 */
public record NodeView(
    NodeName name,
    String uid,
    Instant created,
    @Nullable String label,
    @Nullable String condition,
    boolean tainted) {}
