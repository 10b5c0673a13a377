package dev.prepull.controller.kube;

import dev.prepull.loop.EventLoop;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.informer.ResourceEventHandler;
import io.kubernetes.client.informer.SharedIndexInformer;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Turns an informer's single events into the whole set of values, handed over once the informer has
 * its first list and then whenever a value has changed. A burst of events makes one hand-over.
 *
 * @param <T> the Kubernetes object
 * @param <V> the value made of it; events that leave it equal, such as a node's heartbeat, are
 *     passed over
 */
final class WholeSet<T extends KubernetesObject, V> implements ResourceEventHandler<T> {

  /** Events within this time make one hand-over. */
  static final Duration DEBOUNCE = Duration.ofMillis(30);

  private final SharedIndexInformer<T> informer;
  private final Function<T, V> value;
  private final Consumer<List<V>> observer;
  private final EventLoop loop;

  /** Belongs to the loop. */
  private boolean pending;

  private WholeSet(
      SharedIndexInformer<T> informer,
      Function<T, V> value,
      Consumer<List<V>> observer,
      EventLoop loop) {
    this.informer = informer;
    this.value = value;
    this.observer = observer;
    this.loop = loop;
  }

  /** Begins to listen. The observer is called on the loop. */
  static <T extends KubernetesObject, V> void observe(
      SharedIndexInformer<T> informer,
      Function<T, V> value,
      Consumer<List<V>> observer,
      EventLoop loop) {
    WholeSet<T, V> set = new WholeSet<>(informer, value, observer, loop);
    informer.addEventHandler(set);
    // An empty set makes no event, and yet has to be handed over.
    set.changed();
  }

  @Override
  public void onAdd(T object) {
    changed();
  }

  @Override
  public void onUpdate(T before, T now) {
    if (!value.apply(before).equals(value.apply(now))) {
      changed();
    }
  }

  @Override
  public void onDelete(T object, boolean finalStateUnknown) {
    changed();
  }

  private void changed() {
    loop.execute(this::handOverSoon);
  }

  private void handOverSoon() {
    if (!pending) {
      pending = true;
      loop.after(DEBOUNCE, this::handOver);
    }
  }

  private void handOver() {
    pending = false;
    if (informer.hasSynced()) {
      observer.accept(informer.getIndexer().list().stream().map(value).toList());
    } else {
      handOverSoon();
    }
  }
}
