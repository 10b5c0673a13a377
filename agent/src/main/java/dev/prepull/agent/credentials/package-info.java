/** Credentials that the node itself has: its docker configs and the programs that they name. */
@NullMarked
package dev.prepull.agent.credentials;

import org.jspecify.annotations.NullMarked;
