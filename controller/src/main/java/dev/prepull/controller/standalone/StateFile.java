package dev.prepull.controller.standalone;

import dev.prepull.controller.plan.DigestLock;
import dev.prepull.controller.reconcile.PacedWrites;
import dev.prepull.controller.status.LockJson;
import dev.prepull.loop.EventLoop;
import dev.prepull.program.StartupException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file that keeps the locks where there is no API server. It is replaced as a whole, so that a
 * crash leaves either the old content or the new, and written without delay, because a lock that is
 * not in the file is lost by a crash. Any thread may call.
 */
public final class StateFile implements AutoCloseable {

  private static final long LAST_WRITE_SECONDS = 3;

  private static final Logger log = LoggerFactory.getLogger(StateFile.class);

  private final Path file;
  private final List<DigestLock> known;
  private final PacedWrites<Set<DigestLock>> writes;

  private StateFile(Path file, List<DigestLock> known, EventLoop loop, Executor blocking) {
    this.file = file;
    this.known = known;
    this.writes = new PacedWrites<>(loop, blocking, Duration.ZERO, this::write, Set::equals);
  }

  /**
   * Reads the file; one that is not there holds no locks. One that cannot be understood is kept
   * beside it as {@code .bad}, and what can be read of it counts.
   *
   * @param blocking runs what blocks
   * @throws StartupException when it cannot be read or its directory cannot be written
   */
  public static StateFile open(Path file, EventLoop loop, Executor blocking)
      throws StartupException {
    Path absolute = file.toAbsolutePath();
    try {
      if (!Files.isWritable(absolute.resolveSibling("."))) {
        throw new IOException("its directory is missing or not writable");
      }
      return new StateFile(absolute, read(absolute), loop, blocking);
    } catch (IOException e) {
      throw new StartupException(
          "Tried to read --state-file %s but failed: %s. Give a file in a directory that this process may write."
              .formatted(file, e.getMessage()),
          e);
    }
  }

  private static List<DigestLock> read(Path file) throws IOException {
    String json;
    try {
      // Whatever is no UTF-8 becomes text that is no JSON.
      json = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return List.of();
    }
    LockJson.Read read = LockJson.parse(json);
    if (!read.problems().isEmpty()) {
      Path aside = file.resolveSibling(file.getFileName() + ".bad");
      Files.copy(file, aside, StandardCopyOption.REPLACE_EXISTING);
      log.atWarn()
          .addKeyValue("locks", read.locks().size())
          .log(
              "Tried to read --state-file {} but {}. What could be read counts, the rest is found anew; a copy is kept as {}.",
              file,
              String.join("; ", read.problems()),
              aside);
    }
    return read.locks();
  }

  /** The locks that were in the file. */
  public List<DigestLock> knownLocks() {
    return known;
  }

  /** Keeps these, and no others. */
  public void keep(Collection<DigestLock> locks) {
    writes.offer(Set.copyOf(locks));
  }

  private Optional<String> write(Set<DigestLock> locks) {
    String json = LockJson.render(locks, Long.MAX_VALUE).json();
    Path next = file.resolveSibling(file.getFileName() + ".next");
    try {
      try (FileChannel channel =
          FileChannel.open(
              next,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      try (FileChannel directory = FileChannel.open(file.resolveSibling("."))) {
        directory.force(true);
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(
          "Tried to write --state-file %s but failed: %s. Check its directory's permissions and free space."
              .formatted(file, e));
    }
  }

  /** Writes what is not written yet. */
  @Override
  public void close() {
    try {
      writes.finish().get(LAST_WRITE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      log.warn("--state-file {} was not written once more before the end", file);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
