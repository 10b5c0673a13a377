package dev.prepull.agent.link;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How the agent reaches the controller.
 *
 * @param caFile PEM file of the CA; read again at each connect
 * @param tokenFile the bearer token; read again at each connect
 * @param keepAlive how often the peer must give a sign of life
 * @param tokenInterval how often the token is looked at while the link stands
 */
public record LinkSettings(
    String host,
    int port,
    Path caFile,
    Path tokenFile,
    Duration keepAlive,
    Duration tokenInterval) {}
