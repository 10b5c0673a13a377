/** What this agent has done to the node's images, remembered across restarts. */
@NullMarked
package dev.prepull.agent.puller.journal;

import org.jspecify.annotations.NullMarked;
