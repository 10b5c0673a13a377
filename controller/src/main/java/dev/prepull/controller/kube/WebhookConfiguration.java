package dev.prepull.controller.kube;

import dev.prepull.loop.EventLoop;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.custom.V1Patch;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.apis.AdmissionregistrationV1Api;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1ValidatingWebhook;
import io.kubernetes.client.openapi.models.V1ValidatingWebhookConfiguration;
import io.kubernetes.client.openapi.models.V1ValidatingWebhookConfigurationList;
import io.kubernetes.client.util.PatchUtils;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the API server trust the webhook by the authorities that agents trust the link by: keeps each
 * {@code caBundle} of a ValidatingWebhookConfiguration as the ConfigMap's {@code ca.crt} is,
 * whichever of the two changes. Nothing else of the configuration is touched, and nothing at all
 * where an annotation says that somebody else keeps it. State belongs to the loop.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#contacting-the-webhook">
 *     caBundle</a>
 */
public final class WebhookConfiguration implements AutoCloseable {

  /** Between two writes, so that a fight with somebody who takes it back stays slow. */
  static final Duration PAUSE = Duration.ofSeconds(5);

  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final String TRUSTED = "ca.crt";

  /** Of cert-manager's CA injector, and of OpenShift's service CA. */
  private static final List<String> INJECTORS =
      List.of("cert-manager.io/inject-", "service.beta.openshift.io/inject-cabundle");

  private static final Logger log = LoggerFactory.getLogger(WebhookConfiguration.class);

  private final ApiClient calls;
  private final Names names;
  private final EventLoop loop;
  private final Executor blocking;
  private final Consumer<String> failures;
  private final List<NamedWatch<?>> watches = new ArrayList<>();
  private @Nullable String trusted;
  private @Nullable V1ValidatingWebhookConfiguration seen;
  private boolean writing;
  private String lastTold = "";

  /** What the objects are called. */
  public record Names(String namespace, String configMap, String configuration) {}

  /**
   * Has seen nothing yet.
   *
   * @param calls whose requests end in time
   * @param blocking runs what blocks
   * @param failures is told each failed request
   */
  WebhookConfiguration(
      ApiClient calls, Names names, EventLoop loop, Executor blocking, Consumer<String> failures) {
    this.calls = calls;
    this.names = names;
    this.loop = loop;
    this.blocking = blocking;
    this.failures = failures;
  }

  /**
   * Begins to watch both objects.
   *
   * @param lasting whose requests may last
   */
  void watch(ApiClient lasting) {
    watches.add(
        new NamedWatch<>(
            calls,
            lasting,
            new NamedWatch.Resource<>(
                V1ConfigMap.class,
                V1ConfigMapList.class,
                (client, selector, version) ->
                    new CoreV1Api(client)
                        .listNamespacedConfigMap(names.namespace())
                        .fieldSelector(selector)
                        .resourceVersion(version)
                        .watch(version != null)
                        .buildCall(null)),
            names.configMap(),
            observer("ConfigMap " + names.configMap(), this::published)));
    watches.add(
        new NamedWatch<>(
            calls,
            lasting,
            new NamedWatch.Resource<>(
                V1ValidatingWebhookConfiguration.class,
                V1ValidatingWebhookConfigurationList.class,
                (client, selector, version) ->
                    new AdmissionregistrationV1Api(client)
                        .listValidatingWebhookConfiguration()
                        .fieldSelector(selector)
                        .resourceVersion(version)
                        .watch(version != null)
                        .buildCall(null)),
            names.configuration(),
            observer("ValidatingWebhookConfiguration " + names.configuration(), this::configured)));
  }

  private <T extends KubernetesObject> NamedWatch.Observer<T> observer(
      String what, Consumer<Optional<T>> found) {
    return new NamedWatch.Observer<>() {
      @Override
      public void found(Optional<T> object) {
        loop.execute(() -> found.accept(object));
      }

      @Override
      public void failed(Throwable failure) {
        failures.accept("watch webhook configuration");
        loop.execute(() -> tell("watch " + what, failure));
      }
    };
  }

  // --- on the loop ---

  /** What agents are to trust. While nothing is published, what was trusted before stays. */
  void published(Optional<V1ConfigMap> configMap) {
    configMap
        .map(V1ConfigMap::getData)
        .map(data -> data.get(TRUSTED))
        .filter(text -> !text.isBlank())
        .ifPresent(text -> trusted = text);
    reconcile();
  }

  /** The configuration as it is. */
  void configured(Optional<V1ValidatingWebhookConfiguration> configuration) {
    seen = configuration.orElse(null);
    if (seen == null) {
      tellOnce(
          "There is no ValidatingWebhookConfiguration %s, so that nobody asks about lists. Apply manifests/components/webhook, or leave out --webhook-listen."
              .formatted(names.configuration()));
    } else if (isKeptByOthers(seen)) {
      tellOnce(
          "The caBundle of ValidatingWebhookConfiguration %s is left to whom its annotation names."
              .formatted(names.configuration()));
    }
    reconcile();
  }

  private void reconcile() {
    V1ValidatingWebhookConfiguration now = seen;
    if (writing || now == null || trusted == null || isKeptByOthers(now)) {
      return;
    }
    byte[] bundle = trusted.getBytes(StandardCharsets.UTF_8);
    List<String> stale =
        Objects.requireNonNullElse(now.getWebhooks(), List.<V1ValidatingWebhook>of()).stream()
            .filter(webhook -> !Arrays.equals(bundle, webhook.getClientConfig().getCaBundle()))
            .map(V1ValidatingWebhook::getName)
            .toList();
    if (stale.isEmpty()) {
      return;
    }
    writing = true;
    String version =
        Objects.requireNonNull(
            metadata(now).getResourceVersion(), "every stored object has a version");
    blocking.execute(() -> {
      Optional<ApiException> failure = write(version, stale, bundle);
      loop.execute(() -> written(failure));
    });
  }

  private static boolean isKeptByOthers(V1ValidatingWebhookConfiguration configuration) {
    Map<String, String> annotations = metadata(configuration).getAnnotations();
    return annotations != null
        && annotations.keySet().stream()
            .anyMatch(annotation -> INJECTORS.stream().anyMatch(annotation::startsWith));
  }

  private static V1ObjectMeta metadata(KubernetesObject object) {
    return Objects.requireNonNull(object.getMetadata(), "every stored object has metadata");
  }

  /**
   * The watch tells what has become of it; what is still wrong after the pause is written again.
   */
  private void written(Optional<ApiException> failure) {
    failure.ifPresentOrElse(
        e -> {
          if (e.getCode() != CONFLICT && e.getCode() != NOT_FOUND) {
            failures.accept("write webhook configuration");
            tell(
                "write the caBundle of ValidatingWebhookConfiguration " + names.configuration(), e);
          }
        },
        () -> {
          lastTold = "";
          log.atInfo()
              .addKeyValue("configuration", names.configuration())
              .log("The API server is told what to trust the webhook by");
        });
    loop.after(
        PAUSE,
        () -> {
          writing = false;
          reconcile();
        });
  }

  private void tell(String what, Throwable failure) {
    tellOnce(
        "Tried to %s but failed: %s. Until it succeeds, lists are stored unseen. %s"
            .formatted(
                what,
                KubeFailures.describe(failure),
                failure instanceof ApiException e && e.getCode() == FORBIDDEN
                    ? "Check that manifests/components/webhook is applied, which has the RBAC rules for it."
                    : KubeFailures.advice(failure)));
  }

  private void tellOnce(String text) {
    if (!text.equals(lastTold)) {
      lastTold = text;
      log.warn(text);
    }
  }

  // --- blocking ---

  /** Only over the version that was seen: the webhooks may be others by now. */
  private Optional<ApiException> write(String version, List<String> webhooks, byte[] bundle) {
    String caBundle = Base64.getEncoder().encodeToString(bundle);
    String patch =
        JSON.serialize(
            Map.of(
                "metadata",
                Map.of("resourceVersion", version),
                "webhooks",
                webhooks.stream()
                    .map(name -> Map.of("name", name, "clientConfig", Map.of("caBundle", caBundle)))
                    .toList()));
    try {
      var _ =
          PatchUtils.patch(
              V1ValidatingWebhookConfiguration.class,
              () ->
                  new AdmissionregistrationV1Api(calls)
                      .patchValidatingWebhookConfiguration(
                          names.configuration(), new V1Patch(patch))
                      .buildCall(null),
              V1Patch.PATCH_FORMAT_STRATEGIC_MERGE_PATCH,
              calls);
      return Optional.empty();
    } catch (ApiException e) {
      return Optional.of(e);
    }
  }

  /** Ends the watches. */
  @Override
  public void close() {
    watches.forEach(NamedWatch::close);
  }
}
