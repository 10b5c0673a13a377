package dev.prepull.controller.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.controller.plan.DigestLock;
import dev.prepull.loop.FakeEventLoop;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.program.StartupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Locks outlive a standalone controller, and no file of any content keeps it from starting. */
class StateFileTest {

  private static final Duration SOON = Duration.ofSeconds(3);
  private static final DigestLock NGINX = lock("nginx:1");
  private static final DigestLock REDIS = lock("redis:7");

  private final FakeEventLoop loop = new FakeEventLoop();

  @TempDir Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void choose() {
    file = folder.resolve("state.json");
  }

  private static DigestLock lock(String image) {
    Instant at = Instant.parse("2026-01-01T00:00:00Z");
    return new DigestLock(
        ImageReference.parse(image), new ImageDigest("sha256:" + "1".repeat(64)), at, "n1", at);
  }

  private StateFile open() throws StartupException {
    return StateFile.open(file, loop, Runnable::run);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void knowsNoLocksWhenThereIsNoFile() throws Exception {
    StateFile state = open();

    assertThat(state.knownLocks()).isEmpty();
    assertThat(files()).isEmpty();
  }

  @Test
  void keepsLocksForTheNextProcess() throws Exception {
    open().keep(List.of(REDIS, NGINX));
    loop.advance(SOON);

    assertThat(open().knownLocks()).containsExactly(NGINX, REDIS);
    assertThat(files()).containsExactly("state.json");
  }

  @Test
  void forgetsLocksThatAreGone() throws Exception {
    StateFile state = open();
    state.keep(List.of(REDIS, NGINX));
    loop.advance(SOON);

    state.keep(List.of(REDIS));
    loop.advance(SOON);

    assertThat(open().knownLocks()).containsExactly(REDIS);
  }

  @Test
  void writesALockWithoutDelayThoughItHasJustWritten() throws Exception {
    StateFile state = open();
    state.keep(List.of(NGINX));
    loop.advance(Duration.ZERO);

    state.keep(List.of(REDIS, NGINX));
    loop.advance(Duration.ZERO);

    assertThat(open().knownLocks()).containsExactly(NGINX, REDIS);
  }

  @Test
  void writesNothingWhileNothingChanges() throws Exception {
    StateFile state = open();
    state.keep(List.of(NGINX));
    loop.advance(SOON);
    Files.delete(file);

    state.keep(List.of(NGINX));
    loop.advance(SOON);

    assertThat(file).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "half a [", "\u0000\u0001", "[7]"})
  void keepsAFileThatItCannotReadAside(String content) throws Exception {
    Files.writeString(file, content);

    StateFile state = open();

    assertThat(state.knownLocks()).isEmpty();
    assertThat(folder.resolve("state.json.bad")).hasContent(content);
  }

  @Test
  void takesWhatCanBeReadOfABadFile() throws Exception {
    open().keep(List.of(NGINX));
    loop.advance(SOON);
    Files.writeString(file, Files.readString(file).replace("\n]", ",\n[1]]"));

    assertThat(open().knownLocks()).containsExactly(NGINX);
    assertThat(files()).containsExactly("state.json", "state.json.bad");
  }

  @Test
  void keepsTheOldFileWhenTheNewOneCannotBeWritten() throws Exception {
    StateFile state = open();
    state.keep(List.of(NGINX));
    loop.advance(SOON);
    Files.createDirectories(folder.resolve("state.json.next/in-the-way"));

    state.keep(List.of(REDIS));
    loop.advance(SOON);

    assertThat(open().knownLocks()).containsExactly(NGINX);
  }

  @Test
  void writesAgainOnceTheReasonOfAFailureIsGone() throws Exception {
    StateFile state = open();
    Path inTheWay = Files.createDirectories(folder.resolve("state.json.next"));
    state.keep(List.of(NGINX));
    loop.advance(SOON);

    Files.delete(inTheWay);
    loop.advance(Duration.ofMinutes(2));

    assertThat(open().knownLocks()).containsExactly(NGINX);
  }

  @Test
  void refusesADirectoryThatIsMissing() {
    file = folder.resolve("missing/state.json");

    assertThatThrownBy(this::open)
        .isInstanceOf(StartupException.class)
        .hasMessage(
            "Tried to read --state-file %s but failed: its directory is missing or not writable. Give a file in a directory that this process may write.",
            file);
  }

  @Test
  void refusesADirectoryInPlaceOfAFile() throws Exception {
    Files.createDirectories(file);

    assertThatThrownBy(this::open)
        .isInstanceOf(StartupException.class)
        .hasMessageStartingWith("Tried to read --state-file " + file);
  }
}
