/** The port to the node's container runtime; adapters live in the packages below. */
@NullMarked
package dev.prepull.agent.runtime;

import org.jspecify.annotations.NullMarked;
