package dev.prepull.agent.puller;

import java.time.Duration;

/**
 * How the puller works.
 *
 * @param maxConcurrentPulls pulls that may run at the same time on this node
 * @param pollInterval how often the runtime is asked what it holds, beside its events
 */
public record PullerSettings(int maxConcurrentPulls, Duration pollInterval) {}
