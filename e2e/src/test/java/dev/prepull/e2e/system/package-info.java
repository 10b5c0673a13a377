/** Whole rollouts on real parts, and what may go wrong meanwhile. */
@NullMarked
package dev.prepull.e2e.system;

import org.jspecify.annotations.NullMarked;
