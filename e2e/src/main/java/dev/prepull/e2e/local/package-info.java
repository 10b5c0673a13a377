/**
 * {@code hack/local-up.sh}: a small cluster of real parts on this machine, to look at and to play
 * with.
 */
@NullMarked
package dev.prepull.e2e.local;

import org.jspecify.annotations.NullMarked;
