package dev.prepull.controller.link;

import dev.prepull.program.HostPort;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Where and how the link is served.
 *
 * @param certificate PEM file of the certificate chain
 * @param key PEM file of its key
 * @param keepAlive how often a peer must give a sign of life
 */
public record LinkServerSettings(HostPort listen, Path certificate, Path key, Duration keepAlive) {}
