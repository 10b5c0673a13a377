package dev.prepull.agent.credentials;

import dev.prepull.credentials.CredentialProblem;
import dev.prepull.credentials.DockerConfigForm;
import dev.prepull.credentials.DockerConfigReader;
import dev.prepull.credentials.ReadConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A docker config of the node, read again when the file has changed. Thread-safe. */
final class DockerConfigFile {

  /** Bytes; the most that a Secret can hold. */
  private static final int LARGEST = 1 << 20;

  private final Path path;
  private final String source;
  private volatile @Nullable Reading last;

  /** What tells two states of a file apart. */
  private record Stamp(FileTime modified, long size, @Nullable Object inode) {}

  private record Reading(Stamp stamp, ReadConfig config) {}

  DockerConfigFile(Path path) {
    this.path = path;
    source = path.toString();
  }

  /** What stands in it now; nothing when it is not there. */
  ReadConfig read() {
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      // Taken before the content: what changes in between is read once more the next time.
      Stamp stamp =
          new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
      Reading known = last;
      if (known != null && known.stamp().equals(stamp)) {
        return known.config();
      }
      ReadConfig config = attributes.isDirectory() ? directory() : content();
      last = new Reading(stamp, config);
      return config;
    } catch (NoSuchFileException e) {
      last = null;
      return ReadConfig.NOTHING;
    } catch (AccessDeniedException e) {
      return unreadable("may not be read; let this agent's user read it, or name another file");
    } catch (IOException e) {
      return unreadable("cannot be read: " + e.getMessage());
    }
  }

  private ReadConfig content() throws IOException {
    byte[] text;
    try (InputStream in = Files.newInputStream(path)) {
      text = in.readNBytes(LARGEST + 1);
    }
    try {
      return text.length > LARGEST
          ? unreadable("is larger than 1 MiB; expected a docker config")
          : DockerConfigReader.read(source, DockerConfigForm.of(path), text);
    } finally {
      Arrays.fill(text, (byte) 0);
    }
  }

  private ReadConfig directory() {
    return unreadable(
        "is a directory; expected a docker config. A hostPath volume makes one where nothing is: mount the directory above, or set its type to File.");
  }

  private ReadConfig unreadable(String what) {
    return ReadConfig.unreadable(CredentialProblem.ofWhole(source, what));
  }
}
