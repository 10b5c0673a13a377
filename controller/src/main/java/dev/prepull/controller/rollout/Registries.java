package dev.prepull.controller.rollout;

import dev.prepull.controller.plan.PlannedRollout;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** The pace of every registry host that some image comes from. Belongs to the reconcile loop. */
final class Registries {

  private final Map<String, RegistryPace> paces = new HashMap<>();
  private final RandomGenerator random;

  Registries(RandomGenerator random) {
    this.random = random;
  }

  /** The images are these now; of a host that several of them come from the least limit counts. */
  void planned(Collection<PlannedRollout> rollouts) {
    Map<String, Integer> limits = new HashMap<>();
    rollouts.forEach(rollout ->
        limits.merge(rollout.reference().registry(), rollout.maxPullsPerRegistry(), Math::min));
    limits.forEach((host, most) ->
        paces.computeIfAbsent(host, ignored -> new RegistryPace(random, most)).most(most));
    paces
        .entrySet()
        .removeIf(pace -> !limits.containsKey(pace.getKey()) && pace.getValue().inUse() == 0);
  }

  /** The pace of a host that an image comes from. */
  RegistryPace of(String host) {
    RegistryPace pace = paces.get(host);
    if (pace == null) {
      throw new IllegalStateException("no image comes from " + host);
    }
    return pace;
  }

  int paused(Instant now) {
    return (int) paces.values().stream().filter(pace -> pace.isPaused(now)).count();
  }

  /** When the first pause ends. */
  Optional<Instant> nextEnd(Instant now) {
    return paces.values().stream()
        .filter(pace -> pace.isPaused(now))
        .map(RegistryPace::pausedUntil)
        .min(Instant::compareTo);
  }
}
