package dev.prepull.controller.reconcile;

import dev.prepull.program.HostPort;

/**
 * Where one of several controllers is reached by the others.
 *
 * @param link where agents attach to it
 * @param http where it serves its API
 */
public record LeaderAddress(HostPort link, HostPort http) {}
