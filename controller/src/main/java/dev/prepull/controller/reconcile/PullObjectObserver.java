package dev.prepull.controller.reconcile;

/** Is told what {@link PullObjects} finds. */
@FunctionalInterface
public interface PullObjectObserver {

  /**
   * This is the object now. Any thread may call; what is no longer needed is passed over. The same
   * sighting may be told again.
   */
  void observed(PullObject object, Sighting sighting);
}
