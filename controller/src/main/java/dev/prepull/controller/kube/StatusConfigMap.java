package dev.prepull.controller.kube;

import dev.prepull.controller.plan.DigestLock;
import dev.prepull.controller.reconcile.PacedWrites;
import dev.prepull.controller.reconcile.StatusSink;
import dev.prepull.controller.status.LockJson;
import dev.prepull.controller.status.RolloutStatus;
import dev.prepull.loop.EventLoop;
import dev.prepull.program.StartupException;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The status ConfigMap: the status for whoever looks, and the locks for the next controller.
 * Written when either has changed, other than by the time alone, and only over the version that was
 * read or written here last: whoever was paused or is late overwrites nothing.
 */
final class StatusConfigMap implements StatusSink, AutoCloseable {

  private static final String NAME = "prepull-status";
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;

  /** What the API server is spared. */
  private static final Duration INTERVAL = Duration.ofSeconds(2);

  /** Leaves most of the ten seconds in which a process that is asked to stop has to end. */
  private static final long LAST_WRITE_SECONDS = 3;

  private static final Logger log = LoggerFactory.getLogger(StatusConfigMap.class);

  private final CoreV1Api api;
  private final String namespace;
  private final Consumer<String> failures;
  private final PacedWrites<Content> writes;

  /** What is there, as far as is known; null for nothing. By one thread at a time. */
  private volatile @Nullable String version;

  /** What is written at one time. */
  private record Content(RolloutStatus status, Set<DigestLock> locks) {

    boolean saysTheSameAs(Content other) {
      return locks.equals(other.locks)
          && status.lists().equals(other.status.lists())
          && status.nodes().equals(other.status.nodes())
          && status.images().equals(other.status.images());
    }
  }

  /**
   * Writes through that client.
   *
   * @param blocking runs what blocks
   * @param failures is told each failed request
   */
  StatusConfigMap(
      CoreV1Api api,
      String namespace,
      EventLoop loop,
      Executor blocking,
      Consumer<String> failures) {
    this.api = api;
    this.namespace = namespace;
    this.failures = failures;
    this.writes = new PacedWrites<>(loop, blocking, INTERVAL, this::write, Content::saysTheSameAs);
  }

  /**
   * The locks that an earlier controller left. What cannot be read as a lock is logged and passed
   * over: the nodes tell most of it again.
   *
   * @throws StartupException when the API server does not answer as it should
   */
  List<DigestLock> readLocks() throws StartupException {
    String json;
    try {
      V1ConfigMap configMap = read();
      Map<String, String> data = configMap.getData() == null ? Map.of() : configMap.getData();
      json = data.get(StatusDocument.LOCKS_KEY);
    } catch (ApiException e) {
      if (e.getCode() == NOT_FOUND) {
        return List.of();
      }
      throw new StartupException(
          "Tried to read the locks in ConfigMap %s/%s but failed: %s. %s"
              .formatted(namespace, NAME, KubeFailures.describe(e), KubeFailures.advice(e)),
          e);
    }
    if (json == null) {
      return List.of();
    }
    LockJson.Read read = LockJson.parse(json);
    for (String problem : read.problems()) {
      log.warn(
          "Tried to read key {} of ConfigMap {}/{} but {}. That lock is found anew.",
          StatusDocument.LOCKS_KEY,
          namespace,
          NAME,
          problem);
    }
    log.atInfo().addKeyValue("locks", read.locks().size()).log("Locks of an earlier run are known");
    return read.locks();
  }

  @Override
  public void publish(RolloutStatus status, Collection<DigestLock> locks) {
    writes.offer(new Content(status, Set.copyOf(locks)));
  }

  private Optional<String> write(Content content) {
    StatusDocument document = StatusDocument.of(content.status(), content.locks());
    if (document.locksOmitted() > 0) {
      log.atWarn()
          .addKeyValue("omitted", document.locksOmitted())
          .log(
              "The locks of all images do not fit into ConfigMap {}/{}. After a restart those left out are found anew; list fewer images.",
              namespace,
              NAME);
    }
    try {
      put(configMap(document));
      return Optional.empty();
    } catch (ApiException e) {
      failures.accept("write " + NAME);
      return Optional.of(
          "Tried to write ConfigMap %s/%s but failed: %s. %s"
              .formatted(
                  namespace,
                  NAME,
                  KubeFailures.describe(e),
                  e.getCode() == CONFLICT
                      ? "Somebody else has written it; it is written over if this controller still leads then."
                      : KubeFailures.advice(e)));
    }
  }

  private void put(V1ConfigMap configMap) throws ApiException {
    String before = version;
    try {
      version = versionOf(before == null ? create(configMap) : replace(configMap, before));
    } catch (ApiException e) {
      if (e.getCode() == NOT_FOUND && before != null) {
        version = versionOf(create(configMap));
        return;
      }
      if (e.getCode() == CONFLICT) {
        var _ = read();
      }
      throw e;
    }
  }

  private V1ConfigMap read() throws ApiException {
    V1ConfigMap configMap = api.readNamespacedConfigMap(NAME, namespace).execute();
    version = versionOf(configMap);
    return configMap;
  }

  private V1ConfigMap create(V1ConfigMap configMap) throws ApiException {
    Objects.requireNonNull(configMap.getMetadata()).setResourceVersion(null);
    return api.createNamespacedConfigMap(namespace, configMap).execute();
  }

  private V1ConfigMap replace(V1ConfigMap configMap, String before) throws ApiException {
    Objects.requireNonNull(configMap.getMetadata()).setResourceVersion(before);
    return api.replaceNamespacedConfigMap(NAME, namespace, configMap).execute();
  }

  private static @Nullable String versionOf(V1ConfigMap configMap) {
    return configMap.getMetadata() == null ? null : configMap.getMetadata().getResourceVersion();
  }

  private V1ConfigMap configMap(StatusDocument document) {
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
        .data(document.data());
  }

  /** Writes what is not written yet, if the API server takes it soon. */
  @Override
  public void close() {
    try {
      writes.finish().get(LAST_WRITE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      log.warn("ConfigMap {}/{} was not written once more before the end", namespace, NAME);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
