package dev.prepull.controller.reconcile;

import java.util.List;
import java.util.Map;

/** What was found where a Secret or a ServiceAccount was looked for. */
public sealed interface Sighting {

  /**
   * A Secret. Not to be kept: it has more than what is needed of it.
   *
   * @param data decoded, by key; other keys than those of docker configs may be left out
   */
  record FoundSecret(String type, Map<String, byte[]> data) implements Sighting {

    /** Copies the map. */
    public FoundSecret {
      data = Map.copyOf(data);
    }

    /** The type and the keys alone. */
    @Override
    public String toString() {
      return "FoundSecret[type=%s, keys=%s]".formatted(type, data.keySet());
    }
  }

  /**
   * A ServiceAccount.
   *
   * @param imagePullSecrets the names of its Secrets, in its order
   */
  record FoundServiceAccount(List<String> imagePullSecrets) implements Sighting {

    /** Copies the list. */
    public FoundServiceAccount {
      imagePullSecrets = List.copyOf(imagePullSecrets);
    }
  }

  /** There is none of that name. */
  record Missing() implements Sighting {}

  /**
   * It cannot be read; what was read of it before stays in force.
   *
   * @param what why, and what to do, such as completes "Secret a …"; never with a secret
   */
  record Unreadable(String what) implements Sighting {}
}
