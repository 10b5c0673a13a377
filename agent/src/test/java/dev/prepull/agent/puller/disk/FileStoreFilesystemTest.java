package dev.prepull.agent.puller.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.agent.runtime.FakeImageRuntime;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the image filesystem is looked for, and what is shown of it. */
class FileStoreFilesystemTest {

  private final FakeImageRuntime runtime = new FakeImageRuntime();
  @TempDir private Path directory;

  @Test
  void seesNothingUntilItHasLooked() {
    assertThat(new FileStoreFilesystem(directory, runtime).space()).isEmpty();
  }

  @Test
  void seesTheGivenDirectorysFilesystem() throws Exception {
    runtime.imageDirectory(null);
    FileStoreFilesystem filesystem = new FileStoreFilesystem(directory, runtime);

    filesystem.locate();

    assertThat(filesystem.space())
        .hasValueSatisfying(space -> {
          assertThat(space.capacity()).isPositive();
          assertThat(space.available()).isBetween(0L, space.capacity());
        });
  }

  @Test
  void seesTheDirectoryThatTheRuntimeNames() throws Exception {
    runtime.imageDirectory(directory);
    FileStoreFilesystem filesystem = new FileStoreFilesystem(null, runtime);

    filesystem.locate();

    assertThat(filesystem.space()).isPresent();
  }

  @Test
  void seesNothingWhereTheRuntimesDirectoryIsNotVisible() throws Exception {
    runtime.imageDirectory(directory.resolve("elsewhere"));
    FileStoreFilesystem filesystem = new FileStoreFilesystem(null, runtime);

    filesystem.locate();

    assertThat(filesystem.space()).isEmpty();
  }

  @Test
  void looksAgainOnceTheRuntimeAnswers() throws Exception {
    runtime.imageDirectory(directory);
    runtime.down(true);
    FileStoreFilesystem filesystem = new FileStoreFilesystem(null, runtime);
    filesystem.locate();
    runtime.down(false);

    filesystem.locate();

    assertThat(filesystem.space()).isPresent();
  }
}
