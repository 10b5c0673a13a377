/** What keeps pulls from filling the node's image filesystem. */
@NullMarked
package dev.prepull.agent.puller.disk;

import org.jspecify.annotations.NullMarked;
