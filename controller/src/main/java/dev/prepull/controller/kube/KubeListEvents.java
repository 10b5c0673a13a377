package dev.prepull.controller.kube;

import dev.prepull.controller.reconcile.ListEvents;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.CoreV1Event;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1EventSource;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1ObjectReference;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes Events on the ConfigMaps, as {@code kubectl describe} shows them. The same message on the
 * same ConfigMap counts up the Event that is there. Events are news, not state: when more wait than
 * {@link #MAX_WAITING}, or the API server refuses one, it is logged and dropped.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/">Event</a>
 */
final class KubeListEvents implements ListEvents, AutoCloseable {

  private static final int MAX_WAITING = 256;
  private static final int MAX_REMEMBERED = 256;

  /** The API server's own limit for an Event's note. */
  private static final int MAX_MESSAGE = 1024;

  private static final int NOT_FOUND = 404;
  private static final String COMPONENT = "prepull-controller";
  private static final Logger log = LoggerFactory.getLogger(KubeListEvents.class);

  /** What makes two Events the same. */
  private record Key(@Nullable String uid, String reason, String message) {}

  private record News(String configMap, Kind kind, String message) {}

  private final CoreV1Api api;
  private final Function<String, @Nullable V1ConfigMap> configMaps;
  private final Supplier<Instant> now;
  private final Consumer<String> failures;
  private final BlockingQueue<News> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private final Thread writer = Thread.ofVirtual().name("events").unstarted(this::writeAll);

  /** Belongs to the writer. */
  private final Map<Key, CoreV1Event> remembered =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, CoreV1Event> eldest) {
          return size() > MAX_REMEMBERED;
        }
      };

  /**
   * Writes through that client.
   *
   * @param configMaps finds a labelled ConfigMap by its name; null when it is gone
   * @param now the time
   * @param failures is told each failed request
   */
  KubeListEvents(
      CoreV1Api api,
      Function<String, @Nullable V1ConfigMap> configMaps,
      Supplier<Instant> now,
      Consumer<String> failures) {
    this.api = api;
    this.configMaps = configMaps;
    this.now = now;
    this.failures = failures;
  }

  void start() {
    writer.start();
  }

  @Override
  public void record(String configMap, Kind kind, String message) {
    if (!waiting.offer(new News(configMap, kind, message))) {
      log.atWarn()
          .addKeyValue("configMap", configMap)
          .addKeyValue("reason", kind.reason())
          .log("Too many Events wait for the API server; dropped: {}", message);
    }
  }

  private void writeAll() {
    try {
      while (true) {
        write(waiting.take());
      }
    } catch (InterruptedException e) {
      log.debug("No more Events are written");
    }
  }

  private void write(News news) {
    V1ConfigMap configMap = configMaps.apply(news.configMap());
    if (configMap == null || configMap.getMetadata() == null) {
      log.debug("ConfigMap {} is gone; nobody reads its Events", news.configMap());
      return;
    }
    try {
      write(news, configMap.getMetadata());
    } catch (ApiException e) {
      failures.accept("write Event");
      log.atWarn()
          .addKeyValue("configMap", news.configMap())
          .addKeyValue("reason", news.kind().reason())
          .log(
              "Tried to write an Event but failed: {}. {} It said: {}",
              KubeFailures.describe(e),
              KubeFailures.advice(e),
              news.message());
    }
  }

  private void write(News news, V1ObjectMeta configMap) throws ApiException {
    String namespace = Objects.requireNonNull(configMap.getNamespace());
    Key key = new Key(configMap.getUid(), news.kind().reason(), shortened(news.message()));
    CoreV1Event known = remembered.get(key);
    if (known != null) {
      known.setCount(Objects.requireNonNullElse(known.getCount(), 1) + 1);
      known.setLastTimestamp(timestamp());
      Objects.requireNonNull(known.getMetadata()).setResourceVersion(null);
      try {
        String name = Objects.requireNonNull(known.getMetadata().getName());
        remembered.put(key, api.replaceNamespacedEvent(name, namespace, known).execute());
        return;
      } catch (ApiException e) {
        // Events live an hour; the one we knew may be gone.
        if (e.getCode() != NOT_FOUND) {
          throw e;
        }
      }
    }
    CoreV1Event event = event(key, news.kind(), configMap);
    remembered.put(key, api.createNamespacedEvent(namespace, event).execute());
  }

  private CoreV1Event event(Key key, Kind kind, V1ObjectMeta configMap) {
    OffsetDateTime at = timestamp();
    return new CoreV1Event()
        .apiVersion("v1")
        .kind("Event")
        .metadata(
            new V1ObjectMeta()
                .namespace(configMap.getNamespace())
                .generateName(configMap.getName() + "."))
        .involvedObject(
            new V1ObjectReference()
                .apiVersion("v1")
                .kind("ConfigMap")
                .namespace(configMap.getNamespace())
                .name(configMap.getName())
                .uid(configMap.getUid())
                .resourceVersion(configMap.getResourceVersion()))
        .reason(key.reason())
        .message(key.message())
        .type(kind.isWarning() ? "Warning" : "Normal")
        .count(1)
        .firstTimestamp(at)
        .lastTimestamp(at)
        .source(new V1EventSource().component(COMPONENT))
        .reportingComponent(COMPONENT)
        .reportingInstance(COMPONENT);
  }

  private OffsetDateTime timestamp() {
    return now.get().atOffset(ZoneOffset.UTC);
  }

  private static String shortened(String message) {
    return message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE - 1) + "…";
  }

  @Override
  public void close() {
    writer.interrupt();
  }
}
