/** One thread of control for each part that holds state, so that nothing needs a lock. */
@NullMarked
package dev.prepull.loop;

import org.jspecify.annotations.NullMarked;
