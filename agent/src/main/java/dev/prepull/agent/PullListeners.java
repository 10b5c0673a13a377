package dev.prepull.agent;

import dev.prepull.agent.puller.PullListener;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import java.time.Duration;
import java.util.List;

/** Tells several listeners, in order. */
record PullListeners(List<PullListener> listeners) implements PullListener {

  PullListeners(PullListener... listeners) {
    this(List.of(listeners));
  }

  @Override
  public void changed(ImageReport report) {
    listeners.forEach(listener -> listener.changed(report));
  }

  @Override
  public void forgotten(ImageReference reference) {
    listeners.forEach(listener -> listener.forgotten(reference));
  }

  @Override
  public void parted(ImageReport last) {
    listeners.forEach(listener -> listener.parted(last));
  }

  @Override
  public void vanished(ImageReference reference) {
    listeners.forEach(listener -> listener.vanished(reference));
  }

  @Override
  public void repaired(ImageReference reference) {
    listeners.forEach(listener -> listener.repaired(reference));
  }

  @Override
  public void removed(ImageReference reference) {
    listeners.forEach(listener -> listener.removed(reference));
  }

  @Override
  public void pinned(int images) {
    listeners.forEach(listener -> listener.pinned(images));
  }

  @Override
  public void pulled(ImageReport outcome, Duration took) {
    listeners.forEach(listener -> listener.pulled(outcome, took));
  }
}
