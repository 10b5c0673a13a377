/** The gRPC client that attaches to the controller. */
@NullMarked
package dev.prepull.agent.link;

import org.jspecify.annotations.NullMarked;
