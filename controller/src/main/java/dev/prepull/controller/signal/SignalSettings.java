package dev.prepull.controller.signal;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What Nodes are to tell.
 *
 * @param taint key of the startup taint that is removed; null for none
 * @param taintTimeout after which it is removed whatever the node holds
 */
public record SignalSettings(
    boolean label, boolean condition, @Nullable String taint, Duration taintTimeout) {

  /** Those that are in use; empty when Nodes are not to be touched. */
  public Set<Signal> used() {
    Set<Signal> used = EnumSet.noneOf(Signal.class);
    if (taint != null) {
      used.add(Signal.TAINT);
    }
    if (label) {
      used.add(Signal.LABEL);
    }
    if (condition) {
      used.add(Signal.CONDITION);
    }
    return used;
  }
}
