/**
 * Real parts on one machine: registry, container runtimes, control plane, controller and agents.
 * Each is an object that starts a process, waits until it answers, and stops it by pid.
 */
@NullMarked
package dev.prepull.e2e.testbed;

import org.jspecify.annotations.NullMarked;
