/** What the agent is told at its start. */
@NullMarked
package dev.prepull.agent.config;

import org.jspecify.annotations.NullMarked;
