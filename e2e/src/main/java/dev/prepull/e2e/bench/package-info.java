/**
 * Benchmarks on real parts. Each prints what it measured beside a baseline of the same run and the
 * target, as a table; nothing here is asserted.
 */
@NullMarked
package dev.prepull.e2e.bench;

import org.jspecify.annotations.NullMarked;
