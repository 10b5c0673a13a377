package dev.prepull.controller.kube;

import com.google.gson.reflect.TypeToken;
import io.kubernetes.client.common.KubernetesListObject;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.util.Watch;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches one object by its name, so that a rule with {@code resourceNames} is enough. Lists, then
 * watches from there, and begins anew when the watch ends; after a failure with growing pauses.
 * Keeps nothing of the object. Has a virtual thread of its own, on which the observer is called.
 *
 * @param <T> the object's type
 * @see <a
 *     href="https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources">
 *     RBAC: list and watch by resourceNames</a>
 */
final class NamedWatch<T extends KubernetesObject> implements AutoCloseable {

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** Once the object has been read, so many failures in a row are a pause of the API server. */
  private static final int FAILURES_TOLERATED = 2;

  private static final Logger log = LoggerFactory.getLogger(NamedWatch.class);

  /** How objects of a type are asked for. */
  record Resource<T extends KubernetesObject>(
      Class<T> type, Class<? extends KubernetesListObject> listType, Calls calls) {}

  /** Makes a request. */
  @FunctionalInterface
  interface Calls {
    /**
     * A list, or a watch from that version on.
     *
     * @param resourceVersion null for a list
     */
    Call build(ApiClient client, String fieldSelector, @Nullable String resourceVersion)
        throws ApiException;
  }

  /** Is told what is there. */
  interface Observer<T> {
    /** This is the object now; empty when there is none. */
    void found(Optional<T> object);

    /** It could not be asked for. */
    void failed(Throwable failure);
  }

  private final ApiClient calls;
  private final ApiClient watches;
  private final Resource<T> resource;
  private final String fieldSelector;
  private final Observer<T> observer;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable Call current;

  /** Belongs to the thread. */
  private boolean found;

  private int failures;

  /**
   * Begins at once.
   *
   * @param calls whose requests end in time
   * @param watches whose requests may last
   */
  NamedWatch(
      ApiClient calls, ApiClient watches, Resource<T> resource, String name, Observer<T> observer) {
    this.calls = calls;
    this.watches = watches;
    this.resource = resource;
    this.fieldSelector = "metadata.name=" + name;
    this.observer = observer;
    this.thread = Thread.ofVirtual().name("watch-" + name).start(this::run);
  }

  private void run() {
    Duration pause;
    try {
      do {
        pause = once();
      } while (!stop.await(pause.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      log.debug("{} is no longer watched", fieldSelector);
    }
  }

  /** From a list to the end of the watch; returns how long to wait then. */
  private Duration once() {
    try {
      Call list = begin(resource.calls().build(calls, fieldSelector, null));
      KubernetesListObject listed =
          calls.<KubernetesListObject>execute(list, resource.listType()).getData();
      String version = Objects.requireNonNull(listed.getMetadata()).getResourceVersion();
      Call call = begin(resource.calls().build(watches, fieldSelector, version));
      try (Watch<T> watch =
          Watch.createWatch(
              watches,
              call,
              TypeToken.getParameterized(Watch.Response.class, resource.type()).getType())) {
        // Not before the watch stands: what is told must not be taken back for want of a right.
        tell(listed.getItems().stream().findFirst().map(resource.type()::cast));
        follow(watch);
      }
    } catch (ApiException | IOException | RuntimeException e) {
      return failed(e);
    }
    return FIRST_PAUSE;
  }

  private Call begin(Call call) {
    current = call;
    if (stop.getCount() == 0) {
      call.cancel();
    }
    return call;
  }

  private void follow(Watch<T> watch) {
    try {
      while (watch.hasNext()) {
        Watch.Response<T> event = watch.next();
        switch (event.type) {
          case "ADDED", "MODIFIED" -> tell(Optional.of(event.object));
          case "DELETED" -> tell(Optional.empty());
          default -> {
            return;
          }
        }
      }
    } catch (RuntimeException e) {
      log.debug("A watch has broken and is opened anew: {}", e.getClass().getSimpleName());
    }
  }

  private void tell(Optional<T> object) {
    found = true;
    failures = 0;
    if (stop.getCount() > 0) {
      observer.found(object);
    }
  }

  private Duration failed(Exception failure) {
    boolean refused = failure instanceof ApiException e && e.getCode() >= 400 && e.getCode() < 500;
    failures++;
    if (stop.getCount() > 0 && (refused || !found || failures > FAILURES_TOLERATED)) {
      observer.failed(failure);
    }
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, 5));
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }

  /** Ends it; the observer is told nothing more that begins after this. */
  @Override
  public void close() {
    stop.countDown();
    Call call = current;
    if (call != null) {
      call.cancel();
    }
    thread.interrupt();
  }
}
