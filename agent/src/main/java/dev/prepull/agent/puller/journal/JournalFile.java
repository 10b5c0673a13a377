package dev.prepull.agent.puller.journal;

import dev.prepull.program.StartupException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The journal in a file of the state directory, replaced as a whole at each write. */
public final class JournalFile implements JournalStore {

  private static final Logger log = LoggerFactory.getLogger(JournalFile.class);
  private static final String NAME = "journal";

  private final Path file;
  private final Path next;
  private final Path bad;

  private JournalFile(Path directory) {
    file = directory.resolve(NAME);
    next = directory.resolve(NAME + ".new");
    bad = directory.resolve(NAME + ".bad");
  }

  /** Opens the journal in that directory, which is made when it is not there. */
  public static JournalFile in(Path directory) throws StartupException {
    try {
      Files.createDirectories(directory);
      Path probe = Files.createTempFile(directory, "probe", null);
      Files.delete(probe);
    } catch (IOException e) {
      throw new StartupException(
          "Tried to write in --state-dir %s but failed: %s. Mount a directory of the node there that this agent may write to, or name another."
              .formatted(directory, e),
          e);
    }
    return new JournalFile(directory);
  }

  /**
   * What was written last; nothing when there is no file. A file that cannot be understood is set
   * aside: what stood in it will then never be deleted.
   */
  public JournalContent read(Instant now) throws StartupException {
    try {
      return Files.exists(file)
          ? JournalText.read(Files.readString(file))
          : new JournalContent(now, List.of());
    } catch (IllegalArgumentException | java.nio.charset.CharacterCodingException e) {
      log.warn(
          "The journal {} cannot be understood ({}). It is set aside as {}; images that PrePull pulled before are kept when they leave the list.",
          file,
          e.getMessage(),
          bad);
      setAside();
      return new JournalContent(now, List.of());
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private void setAside() throws StartupException {
    try {
      Files.move(file, bad, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private StartupException unreadable(IOException e) {
    return new StartupException(
        "Tried to read the journal %s but failed: %s. Check its permissions and the disk."
            .formatted(file, e),
        e);
  }

  @Override
  public void write(JournalContent content) throws IOException {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(JournalText.write(content));
    try (FileChannel channel =
        FileChannel.open(
            next,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel directory = FileChannel.open(file.resolveSibling("."))) {
      directory.force(true);
    }
  }
}
