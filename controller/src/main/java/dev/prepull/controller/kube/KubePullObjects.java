package dev.prepull.controller.kube;

import dev.prepull.controller.reconcile.PullObject;
import dev.prepull.controller.reconcile.PullObjectObserver;
import dev.prepull.controller.reconcile.PullObjects;
import dev.prepull.controller.reconcile.Sighting;
import dev.prepull.credentials.DockerConfigForm;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1LocalObjectReference;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1SecretList;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V1ServiceAccountList;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Secrets and ServiceAccounts of one namespace, each by a watch of its own, which ends when nobody
 * needs the object. It needs list and watch on those that are named, and on no others. Thread-safe.
 */
final class KubePullObjects implements PullObjects, AutoCloseable {

  private static final int FORBIDDEN = 403;
  private static final int FIRST_REFUSAL = 400;
  private static final String DEFAULT_TYPE = "Opaque";

  private final ApiClient calls;
  private final ApiClient watches;
  private final String namespace;
  private final Consumer<String> failures;
  private final NamedWatch.Resource<V1Secret> secrets;
  private final NamedWatch.Resource<V1ServiceAccount> accounts;
  private final Map<PullObject, NamedWatch<?>> running = new HashMap<>();

  /**
   * Watches nothing yet.
   *
   * @param calls whose requests end in time
   * @param watches whose requests may last
   * @param failures is told each failed request
   */
  KubePullObjects(ApiClient calls, ApiClient watches, String namespace, Consumer<String> failures) {
    this.calls = calls;
    this.watches = watches;
    this.namespace = namespace;
    this.failures = failures;
    this.secrets =
        new NamedWatch.Resource<>(
            V1Secret.class,
            V1SecretList.class,
            (client, selector, version) ->
                new CoreV1Api(client)
                    .listNamespacedSecret(namespace)
                    .fieldSelector(selector)
                    .resourceVersion(version)
                    .watch(version != null)
                    .buildCall(null));
    this.accounts =
        new NamedWatch.Resource<>(
            V1ServiceAccount.class,
            V1ServiceAccountList.class,
            (client, selector, version) ->
                new CoreV1Api(client)
                    .listNamespacedServiceAccount(namespace)
                    .fieldSelector(selector)
                    .resourceVersion(version)
                    .watch(version != null)
                    .buildCall(null));
  }

  @Override
  public String namespace() {
    return namespace;
  }

  @Override
  public synchronized void need(Set<PullObject> objects, PullObjectObserver observer) {
    Set<PullObject> gone = new HashSet<>(running.keySet());
    gone.removeAll(objects);
    gone.forEach(this::end);
    for (PullObject object : objects) {
      running.computeIfAbsent(
          object,
          key ->
              switch (key.kind()) {
                case SECRET -> watch(secrets, key, KubePullObjects::sighting, observer);
                case SERVICE_ACCOUNT -> watch(accounts, key, KubePullObjects::sighting, observer);
              });
    }
  }

  private <T extends KubernetesObject> NamedWatch<T> watch(
      NamedWatch.Resource<T> resource,
      PullObject object,
      Function<T, Sighting> sighting,
      PullObjectObserver observer) {
    return new NamedWatch<>(
        calls,
        watches,
        resource,
        object.name(),
        new NamedWatch.Observer<T>() {
          @Override
          public void found(Optional<T> found) {
            observer.observed(object, found.map(sighting).orElseGet(Sighting.Missing::new));
          }

          @Override
          public void failed(Throwable failure) {
            failures.accept("watch " + object.kind().word());
            observer.observed(object, new Sighting.Unreadable(why(object, failure)));
          }
        });
  }

  private void end(PullObject object) {
    NamedWatch<?> watch = running.remove(object);
    if (watch != null) {
      watch.close();
    }
  }

  // --- what is told ---

  private static Sighting sighting(V1Secret secret) {
    Map<String, byte[]> configs = new HashMap<>();
    if (secret.getData() != null) {
      for (DockerConfigForm form : DockerConfigForm.values()) {
        byte @Nullable [] config = secret.getData().get(form.secretKey());
        if (config != null) {
          configs.put(form.secretKey(), config);
        }
      }
    }
    return new Sighting.FoundSecret(
        Objects.requireNonNullElse(secret.getType(), DEFAULT_TYPE), configs);
  }

  private static Sighting sighting(V1ServiceAccount account) {
    List<V1LocalObjectReference> secrets =
        Objects.requireNonNullElse(account.getImagePullSecrets(), List.of());
    return new Sighting.FoundServiceAccount(
        secrets.stream()
            .map(V1LocalObjectReference::getName)
            .flatMap(name -> Optional.ofNullable(name).stream())
            .toList());
  }

  private String why(PullObject object, Throwable failure) {
    String what = "cannot be read: %s".formatted(describe(failure));
    return failure instanceof ApiException e && e.getCode() == FORBIDDEN
        ? "%s. Give the controller's ServiceAccount a Role in namespace %s with verbs [list, watch] on %s, resourceNames [%s]"
            .formatted(what, namespace, object.kind().resource(), object.name())
        : "%s. %s".formatted(what, KubeFailures.advice(failure));
  }

  /** Only words of which it is known that they are not about what stands in the object. */
  private static String describe(Throwable failure) {
    boolean refused = failure instanceof ApiException e && e.getCode() >= FIRST_REFUSAL;
    boolean unreachable =
        failure instanceof IOException || failure.getCause() instanceof IOException;
    return refused || unreachable
        ? KubeFailures.describe(failure)
        : "the API server's answer is not understood (%s)"
            .formatted(failure.getClass().getSimpleName());
  }

  @Override
  public synchronized void close() {
    List.copyOf(running.keySet()).forEach(this::end);
  }
}
