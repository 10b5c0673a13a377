/**
 * The wire format of the link between agent and controller, and the only mapper between it and the
 * model.
 */
@NullMarked
package dev.prepull.protocol;

import org.jspecify.annotations.NullMarked;
