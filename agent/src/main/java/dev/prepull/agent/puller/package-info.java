/** Brings the node to its plan: what to pull, when, how often, and when to stop. */
@NullMarked
package dev.prepull.agent.puller;

import org.jspecify.annotations.NullMarked;
