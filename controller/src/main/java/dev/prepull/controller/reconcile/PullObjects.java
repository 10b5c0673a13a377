package dev.prepull.controller.reconcile;

import java.util.Set;

/** Reads the Secrets and ServiceAccounts that lists name, each by its name and no others. */
public interface PullObjects {

  /** Where they are; empty where objects have no namespace. */
  String namespace();

  /**
   * From now on these are needed, and no others. Each is told to the observer as soon as it has
   * been looked for, and then whenever it changes.
   *
   * <p>Called on the reconcile loop when the set changes. Must not block.
   *
   * @param objects not changed afterwards by anybody
   * @param observer the same in every call
   */
  void need(Set<PullObject> objects, PullObjectObserver observer);
}
