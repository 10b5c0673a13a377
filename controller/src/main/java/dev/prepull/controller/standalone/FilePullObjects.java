package dev.prepull.controller.standalone;

import dev.prepull.controller.reconcile.PullObject;
import dev.prepull.controller.reconcile.PullObjectObserver;
import dev.prepull.controller.reconcile.PullObjects;
import dev.prepull.controller.reconcile.Sighting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * Takes Secrets and ServiceAccounts from the manifest file of the lists. None is kept: when others
 * are needed the file is read again, on a thread of the executor. Thread-safe.
 */
public final class FilePullObjects implements PullObjects {

  private final Path file;
  private final Executor blocking;
  private Set<PullObject> needed = Set.of();
  private PullObjectObserver observer = (object, sighting) -> {};

  /** Reads nothing yet. */
  public FilePullObjects(Path file, Executor blocking) {
    this.file = file;
    this.blocking = blocking;
  }

  @Override
  public String namespace() {
    return "";
  }

  @Override
  public void need(Set<PullObject> objects, PullObjectObserver newObserver) {
    synchronized (this) {
      needed = objects;
      observer = newObserver;
    }
    if (!objects.isEmpty()) {
      blocking.execute(this::read);
    }
  }

  private void read() {
    try {
      changed(ManifestReader.read(Files.readString(file)).objects());
    } catch (IOException | IllegalArgumentException e) {
      tellAll(
          new Sighting.Unreadable(
              "cannot be read: %s has changed and is no manifest now".formatted(file)));
    }
  }

  /** This is what the manifest has now. */
  synchronized void changed(Map<PullObject, Sighting> objects) {
    needed.forEach(
        object -> observer.observed(object, objects.getOrDefault(object, new Sighting.Missing())));
  }

  private synchronized void tellAll(Sighting sighting) {
    needed.forEach(object -> observer.observed(object, sighting));
  }
}
