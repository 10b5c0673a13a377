package dev.prepull.controller.credentials;

import dev.prepull.controller.reconcile.RegistryToken;
import dev.prepull.controller.reconcile.RegistryTokenObserver;
import dev.prepull.controller.reconcile.RegistryTokens;
import dev.prepull.loop.EventLoop;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * The tokens of the clouds that are enabled: those that plans need, and no others. In memory only.
 * Belongs to the reconcile loop.
 */
public final class CloudTokens implements RegistryTokens {

  private final Set<Cloud> enabled;
  private final KeptToken.Tools tools;
  private final Function<CloudRegistry, TokenSource> sources;

  /** In need, by host. */
  private Map<String, CloudRegistry> needed = Map.of();

  private final Map<CloudRegistry, KeptToken> kept = new HashMap<>();

  private CloudTokens(
      Collection<Cloud> enabled,
      KeptToken.Tools tools,
      Function<CloudRegistry, TokenSource> sources) {
    EnumSet<Cloud> copy = EnumSet.noneOf(Cloud.class);
    copy.addAll(enabled);
    this.enabled = copy;
    this.tools = tools;
    this.sources = sources;
  }

  /**
   * Those of the clouds themselves. Nothing is asked and none of their SDKs loaded before a
   * registry of an enabled cloud is needed.
   *
   * @param loop the reconcile loop
   * @param blocking runs what blocks
   */
  public static RegistryTokens of(
      Collection<Cloud> enabled, EventLoop loop, Executor blocking, RandomGenerator chance) {
    return with(enabled, loop, blocking, chance, CloudTokenSources::of);
  }

  /** As {@link #of}, from other sources. */
  static CloudTokens with(
      Collection<Cloud> enabled,
      EventLoop loop,
      Executor blocking,
      RandomGenerator chance,
      Function<CloudRegistry, TokenSource> sources) {
    return new CloudTokens(
        enabled, new KeptToken.Tools(loop, blocking, new RefreshTimes(chance)), sources);
  }

  @Override
  public Set<String> need(Set<String> registries, RegistryTokenObserver observer) {
    Map<String, CloudRegistry> before = needed;
    needed = ours(registries);
    Set<CloudRegistry> wanted = new HashSet<>(needed.values());
    kept.entrySet()
        .removeIf(entry -> {
          boolean gone = !wanted.contains(entry.getKey());
          if (gone) {
            entry.getValue().drop();
          }
          return gone;
        });
    for (CloudRegistry registry : wanted) {
      kept.computeIfAbsent(
          registry,
          key -> new KeptToken(key, sources.apply(key), tools, () -> tell(key, observer)));
    }
    needed.forEach((host, registry) -> {
      if (!before.containsKey(host)) {
        shown(registry).ifPresent(token -> observer.tokenObserved(host, token));
      }
    });
    return Set.copyOf(needed.keySet());
  }

  private Map<String, CloudRegistry> ours(Set<String> registries) {
    Map<String, CloudRegistry> ours = new HashMap<>();
    for (String host : registries) {
      CloudRegistry.of(host)
          .filter(registry -> enabled.contains(registry.cloud()))
          .ifPresent(registry -> ours.put(host, registry));
    }
    return ours;
  }

  private Optional<RegistryToken> shown(CloudRegistry registry) {
    return Optional.ofNullable(kept.get(registry)).flatMap(KeptToken::shown);
  }

  private void tell(CloudRegistry registry, RegistryTokenObserver observer) {
    shown(registry)
        .ifPresent(token ->
            needed.forEach((host, owner) -> {
              if (owner.equals(registry)) {
                observer.tokenObserved(host, token);
              }
            }));
  }
}
