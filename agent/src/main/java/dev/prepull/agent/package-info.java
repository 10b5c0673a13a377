/** The agent: one per node, brings the node's runtime to the controller's plan. */
@NullMarked
package dev.prepull.agent;

import org.jspecify.annotations.NullMarked;
