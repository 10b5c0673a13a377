/**
 * The contract of the agent's runtime port, kept by the adapters on real runtimes of several
 * versions.
 */
@NullMarked
package dev.prepull.e2e.contract;

import org.jspecify.annotations.NullMarked;
