package dev.prepull.controller.kube;

import dev.prepull.controller.plan.DigestLock;
import dev.prepull.controller.reconcile.StatusSink;
import dev.prepull.controller.status.RolloutStatus;
import dev.prepull.loop.EventLoop;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the status ConfigMap: at most every {@link #INTERVAL}, only when something other than the
 * time has changed, and again with growing pauses when the API server does not take it. State
 * belongs to the loop; the write itself blocks a virtual thread.
 */
final class StatusConfigMap implements StatusSink {

  static final String NAME = "prepull-status";
  static final String KEY = "status.json";

  /** Below the 1 MiB that the API server takes, with room for metadata. */
  static final int MAX_BYTES = 900 * 1024;

  private static final Duration INTERVAL = Duration.ofSeconds(2);
  private static final Duration MAX_RETRY = Duration.ofSeconds(60);
  private static final int NOT_FOUND = 404;

  private static final Logger log = LoggerFactory.getLogger(StatusConfigMap.class);

  private final CoreV1Api api;
  private final String namespace;
  private final EventLoop loop;
  private final Consumer<String> failures;

  private @Nullable RolloutStatus newest;
  private @Nullable RolloutStatus written;
  private boolean scheduled;
  private Instant notBefore = Instant.MIN;
  private Duration retry = INTERVAL;

  /** Writes through that client; {@code failures} is told each failed request. */
  StatusConfigMap(CoreV1Api api, String namespace, EventLoop loop, Consumer<String> failures) {
    this.api = api;
    this.namespace = namespace;
    this.loop = loop;
    this.failures = failures;
  }

  @Override
  public void publish(RolloutStatus status, Collection<DigestLock> locks) {
    loop.execute(() -> {
      newest = status;
      writeSoon();
    });
  }

  private void writeSoon() {
    if (!scheduled && newest != null && !isWritten(newest)) {
      scheduled = true;
      Duration wait =
          Duration.between(loop.now(), notBefore.isAfter(loop.now()) ? notBefore : loop.now());
      loop.after(wait, this::startWriting);
    }
  }

  private boolean isWritten(RolloutStatus status) {
    return written != null
        && written.lists().equals(status.lists())
        && written.nodes().equals(status.nodes())
        && written.images().equals(status.images());
  }

  private void startWriting() {
    RolloutStatus status = newest;
    if (status != null) {
      Thread.ofVirtual().name("status-config-map").start(() -> write(status));
    }
  }

  private void write(RolloutStatus status) {
    try {
      put(configMap(StatusDocument.render(status, MAX_BYTES)));
      loop.execute(() -> done(status));
    } catch (ApiException e) {
      loop.execute(() -> failed(e));
    }
  }

  private void put(V1ConfigMap configMap) throws ApiException {
    try {
      // Without a resourceVersion it replaces whatever is there: nobody else has a say in it.
      api.replaceNamespacedConfigMap(NAME, namespace, configMap).execute();
    } catch (ApiException e) {
      if (e.getCode() != NOT_FOUND) {
        throw e;
      }
      api.createNamespacedConfigMap(namespace, configMap).execute();
    }
  }

  private void done(RolloutStatus status) {
    written = status;
    retry = INTERVAL;
    next(INTERVAL);
  }

  private void failed(ApiException e) {
    failures.accept("write " + NAME);
    log.atWarn()
        .addKeyValue("retryIn", retry)
        .log(
            "Tried to write ConfigMap {}/{} but failed: {}. {}",
            namespace,
            NAME,
            KubeFailures.describe(e),
            KubeFailures.advice(e));
    next(retry);
    retry = retry.multipliedBy(2).compareTo(MAX_RETRY) < 0 ? retry.multipliedBy(2) : MAX_RETRY;
  }

  private void next(Duration pause) {
    scheduled = false;
    notBefore = loop.now().plus(pause);
    writeSoon();
  }

  private V1ConfigMap configMap(String json) {
    return new V1ConfigMap()
        .apiVersion("v1")
        .kind("ConfigMap")
        .metadata(
            new V1ObjectMeta()
                .name(NAME)
                .namespace(namespace)
                .labels(
                    Map.of(
                        "app.kubernetes.io/name", "prepull",
                        "app.kubernetes.io/managed-by", "prepull-controller")))
        .data(Map.of(KEY, json));
  }
}
