package dev.prepull.controller.link;

import dev.prepull.program.HostPort;
import java.time.Duration;

/**
 * Where and how the link is served.
 *
 * @param keepAlive how often a peer must give a sign of life
 */
public record LinkServerSettings(HostPort listen, Duration keepAlive) {}
