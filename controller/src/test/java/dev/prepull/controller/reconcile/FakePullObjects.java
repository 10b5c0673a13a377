package dev.prepull.controller.reconcile;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Secrets and ServiceAccounts of a namespace, told as soon as they are needed or changed. */
final class FakePullObjects implements PullObjects {

  /** What is told in answer to a need; objects that are not in it are told when they are put. */
  private final Map<PullObject, Sighting> there = new HashMap<>();

  /** What was needed, each time that it changed. */
  final List<Set<PullObject>> needs = new ArrayList<>();

  private PullObjectObserver told = (object, sighting) -> {};

  @Override
  public String namespace() {
    return "ns";
  }

  @Override
  public void need(Set<PullObject> objects, PullObjectObserver observer) {
    needs.add(objects);
    told = observer;
    there.forEach((object, sighting) -> {
      if (objects.contains(object)) {
        observer.observed(object, sighting);
      }
    });
  }

  void put(PullObject object, Sighting sighting) {
    there.put(object, sighting);
    told.observed(object, sighting);
  }

  /**
   * A Secret with a password {@code NAME-pass} of {@code NAME-user} for each of these registries.
   */
  void putSecret(String name, String... registries) {
    rotateSecret(name, name, registries);
  }

  /** The same with another content. */
  void rotateSecret(String name, String content, String... registries) {
    put(PullObject.secret(name), secretFor(content, registries));
  }

  static Sighting secretFor(String content, String... registries) {
    List<String> entries = new ArrayList<>();
    for (String registry : registries) {
      String auth =
          Base64.getEncoder()
              .encodeToString(
                  "%1$s-user:%1$s-pass".formatted(content).getBytes(StandardCharsets.UTF_8));
      entries.add("\"%s\": {\"auth\": \"%s\"}".formatted(registry, auth));
    }
    return secret(
        "kubernetes.io/dockerconfigjson",
        ".dockerconfigjson",
        "{\"auths\": {%s}}".formatted(String.join(", ", entries)));
  }

  static Sighting secret(String type, String key, String text) {
    return new Sighting.FoundSecret(type, Map.of(key, text.getBytes(StandardCharsets.UTF_8)));
  }

  void putServiceAccount(String name, String... secrets) {
    put(PullObject.serviceAccount(name), new Sighting.FoundServiceAccount(List.of(secrets)));
  }
}
