package dev.prepull.controller.reconcile;

/** Is told what {@link RegistryTokens} has for a registry. */
@FunctionalInterface
public interface RegistryTokenObserver {

  /**
   * This is what there is for that registry now; it replaces what was told before. Any thread may
   * call. For a registry that is no longer needed it is passed over.
   */
  void tokenObserved(String registry, RegistryToken token);
}
