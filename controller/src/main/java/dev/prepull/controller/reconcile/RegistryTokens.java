package dev.prepull.controller.reconcile;

import java.util.Set;

/**
 * Where the controller gets credentials for whole registries, beside the Secrets that lists name:
 * the short-lived tokens of a cloud. They are tried after the Secrets of an image.
 */
@FunctionalInterface
public interface RegistryTokens {

  /** Has none for any registry. */
  RegistryTokens NONE = (registries, observer) -> Set.of();

  /**
   * From now on these registries are needed, and no others: what is held for others is dropped and
   * no longer refreshed. For each one that this source is for, it tells the observer a token, or
   * why there is none, soon and then whenever that changes; a new token before the old one ends.
   *
   * <p>Called on the reconcile loop when the registries change. Must not block.
   *
   * @param registries hosts, with a port where the image names one, as {@link
   *     dev.prepull.model.ImageReference#registry()} has them
   * @param observer the same in every call
   * @return those that this source is for; plans that need them wait a moment for their first token
   */
  Set<String> need(Set<String> registries, RegistryTokenObserver observer);
}
