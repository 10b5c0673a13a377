package dev.prepull.controller.standalone;

import dev.prepull.controller.list.RawList;
import dev.prepull.controller.reconcile.ClusterObserver;
import dev.prepull.program.StartupException;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the lists, and what they need credentials from, in a manifest file and watches it, also
 * across editors that replace the file and mounts that swap symbolic links. A file that cannot be
 * read as a manifest changes nothing: the last good one stays in force and the reason is shown.
 */
public final class FileLists implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(FileLists.class);

  /** Changes that the file system does not announce are found by looking. */
  private static final long LOOK_MILLIS = 1_000;

  /** An editor may announce a change before it has written everything. */
  private static final long SETTLE_MILLIS = 20;

  private final Path file;
  private final ClusterObserver observer;
  private final FilePullObjects pullObjects;
  private final WatchService watcher;
  private final Thread thread;

  /** A hash of what was read last, which may hold Secrets; empty when it could not be read. */
  private String seen = "";

  private FileLists(
      Path file, ClusterObserver observer, FilePullObjects pullObjects, WatchService watcher) {
    this.file = file;
    this.observer = observer;
    this.pullObjects = pullObjects;
    this.watcher = watcher;
    this.thread = Thread.ofVirtual().name("file-lists").unstarted(this::watch);
  }

  /** Reads the file once, so that a wrong path is told at the start, and goes on watching it. */
  public static FileLists start(Path file, ClusterObserver observer, FilePullObjects pullObjects)
      throws StartupException {
    Path absolute = file.toAbsolutePath();
    try {
      WatchService watcher = absolute.getFileSystem().newWatchService();
      FileLists lists = new FileLists(absolute, observer, pullObjects, watcher);
      String manifest = Files.readString(absolute);
      List<RawList> first = ManifestReader.read(manifest).lists();
      lists.seen = ManifestReader.hash(manifest);
      observer.listsObserved(first);
      absolute
          .resolveSibling(".")
          .register(
              watcher,
              StandardWatchEventKinds.ENTRY_CREATE,
              StandardWatchEventKinds.ENTRY_MODIFY,
              StandardWatchEventKinds.ENTRY_DELETE);
      lists.thread.start();
      return lists;
    } catch (IOException e) {
      throw new StartupException(
          "Tried to read --lists-from %s but failed: %s. Check the path and its permissions."
              .formatted(file, e),
          e);
    } catch (IllegalArgumentException e) {
      throw new StartupException(
          "Tried to read --lists-from %s but %s. Expected a manifest with ConfigMaps labelled prepull.dev/config: PrePullList."
              .formatted(file, e.getMessage()),
          e);
    }
  }

  private void watch() {
    try {
      while (true) {
        WatchKey key = watcher.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        if (key != null) {
          TimeUnit.MILLISECONDS.sleep(SETTLE_MILLIS);
          key.pollEvents();
          key.reset();
        }
        look();
      }
    } catch (InterruptedException | ClosedWatchServiceException e) {
      log.debug("The file is no longer watched");
    }
  }

  private void look() {
    String manifest;
    try {
      manifest = Files.readString(file);
    } catch (IOException e) {
      manifest = "";
      if (!seen.isEmpty()) {
        refuse("it cannot be read: " + e);
      }
    }
    String now = manifest.isEmpty() ? "" : ManifestReader.hash(manifest);
    if (!now.equals(seen)) {
      seen = now;
      if (!manifest.isEmpty()) {
        adopt(manifest);
      }
    }
  }

  private void adopt(String manifest) {
    try {
      ManifestReader.Manifest read = ManifestReader.read(manifest);
      pullObjects.changed(read.objects());
      observer.listsObserved(read.lists());
    } catch (IllegalArgumentException e) {
      refuse(String.valueOf(e.getMessage()));
    }
  }

  private void refuse(String why) {
    String problem =
        "Tried to read the lists from %s but %s. The last good lists stay in force."
            .formatted(file, why);
    log.warn(problem);
    observer.listsUnreadable(problem);
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      watcher.close();
    } catch (IOException e) {
      log.debug("The watch did not close cleanly", e);
    }
  }
}
