package dev.prepull.agent.puller.disk;

import dev.prepull.agent.runtime.ImageRuntime;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The image filesystem as the kernel shows it to this process: that of a given directory, else that
 * of the directory which the runtime names, provided that it is visible here. Thread-safe.
 */
public final class FileStoreFilesystem implements ImageFilesystem {

  private static final Logger log = LoggerFactory.getLogger(FileStoreFilesystem.class);

  private final @Nullable Path given;
  private final ImageRuntime runtime;

  /** Found once: looking for it reads the table of all mounts, asking it is one system call. */
  private volatile @Nullable FileStore store;

  /**
   * Sees nothing until it has been {@link #locate}d.
   *
   * @param given a directory on the image filesystem, or null to ask the runtime for one
   */
  public FileStoreFilesystem(@Nullable Path given, ImageRuntime runtime) {
    this.given = given;
    this.runtime = runtime;
  }

  @Override
  public void locate() throws InterruptedException {
    if (store != null) {
      return;
    }
    try {
      Optional<Path> directory =
          given != null ? Optional.of(given) : runtime.imageDirectory().filter(Files::isDirectory);
      store = directory.isPresent() ? Files.getFileStore(directory.get()) : null;
    } catch (RuntimeUnavailableException | IOException e) {
      log.debug("The image filesystem cannot be found yet", e);
    }
  }

  @Override
  public Optional<DiskSpace> space() {
    FileStore known = store;
    if (known == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(new DiskSpace(known.getTotalSpace(), known.getUsableSpace()));
    } catch (IOException e) {
      log.debug("The image filesystem {} cannot be asked", known, e);
      return Optional.empty();
    }
  }
}
