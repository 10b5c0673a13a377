package dev.prepull.controller.reconcile;

/**
 * Whether this controller is the one that may write and tell agents what to do. To be asked right
 * before each such thing, since a process may be paused anywhere. Any thread may ask; never blocks.
 */
@FunctionalInterface
public interface Leadership {

  /** Of a controller that is the only one. */
  Leadership ALWAYS = () -> true;

  /** Whether it is, at this moment. Once it was lost it does not come back. */
  boolean isHeld();
}
