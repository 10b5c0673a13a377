/**
 * How images spread over the fleet: the digest locks, the waves, the permits, the pace of each
 * registry. No I/O: time and chance are given, what is to be told is returned.
 */
@NullMarked
package dev.prepull.controller.rollout;

import org.jspecify.annotations.NullMarked;
