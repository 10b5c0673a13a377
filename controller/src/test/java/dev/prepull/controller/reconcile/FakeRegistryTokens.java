package dev.prepull.controller.reconcile;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A cloud that has tokens for some registries, told when the test says so. */
final class FakeRegistryTokens implements RegistryTokens {

  /** The registries that it is for. */
  final Set<String> mine = new HashSet<>();

  /** What was needed, each time that it changed. */
  final List<Set<String>> needs = new ArrayList<>();

  private RegistryTokenObserver told = (registry, token) -> {};

  @Override
  public Set<String> need(Set<String> registries, RegistryTokenObserver observer) {
    needs.add(registries);
    told = observer;
    Set<String> answered = new HashSet<>(registries);
    answered.retainAll(mine);
    return answered;
  }

  void tell(String registry, RegistryToken token) {
    told.tokenObserved(registry, token);
  }
}
