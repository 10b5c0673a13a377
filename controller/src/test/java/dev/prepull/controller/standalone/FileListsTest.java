package dev.prepull.controller.standalone;

import static dev.prepull.controller.standalone.ManifestReaderTest.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.controller.list.RawList;
import dev.prepull.controller.plan.NodeInfo;
import dev.prepull.controller.reconcile.ClusterObserver;
import dev.prepull.program.StartupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The manifest file as people and programs change it, on a real file system. */
class FileListsTest implements ClusterObserver {

  private static final long PATIENCE_SECONDS = 20;

  @TempDir Path folder;

  /** What was observed: {@code images} of each list, or {@code unreadable: why}. */
  private final BlockingQueue<String> observed = new LinkedBlockingQueue<>();

  private Path file = Path.of("lists.yaml");
  private AutoCloseable lists = () -> {};

  @BeforeEach
  void writeAFile() throws IOException {
    file = folder.resolve("lists.yaml");
    Files.writeString(file, configMap("apps", "nginx:1"));
  }

  @AfterEach
  void stop() throws Exception {
    lists.close();
  }

  private FileLists start(Path manifest) throws StartupException {
    return FileLists.start(manifest, this, new FilePullObjects(manifest, Runnable::run));
  }

  private void start() throws StartupException {
    lists = start(file);
    assertThat(observed.poll()).isEqualTo("nginx:1");
  }

  private String next() throws InterruptedException {
    return Objects.requireNonNull(
        observed.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "nothing was observed");
  }

  @Override
  public void listsObserved(List<RawList> found) {
    observed.add(String.join(" ", found.stream().map(list -> list.data().get("images")).toList()));
  }

  @Override
  public void listsUnreadable(String problem) {
    observed.add("unreadable: " + problem);
  }

  @Override
  public void nodesObserved(List<NodeInfo> nodes) {
    throw new AssertionError("a file has no nodes");
  }

  @Test
  void readsAnEdit() throws Exception {
    start();

    Files.writeString(file, configMap("apps", "nginx:2"));

    assertThat(next()).isEqualTo("nginx:2");
  }

  @Test
  void readsAFileThatTookThePlaceOfTheOldOne() throws Exception {
    start();
    Path newer = folder.resolve(".lists.yaml.swp");
    Files.writeString(newer, configMap("apps", "nginx:2"));

    Files.move(newer, file, StandardCopyOption.ATOMIC_MOVE);

    assertThat(next()).isEqualTo("nginx:2");
  }

  @Test
  void readsThroughSymbolicLinksThatAreSwappedAsInAConfigMapMount() throws Exception {
    Path first = Files.createDirectory(folder.resolve("..1"));
    Path second = Files.createDirectory(folder.resolve("..2"));
    Files.move(file, first.resolve("lists.yaml"));
    Files.writeString(second.resolve("lists.yaml"), configMap("apps", "nginx:2"));
    Path data = Files.createSymbolicLink(folder.resolve("..data"), first.getFileName());
    Files.createSymbolicLink(file, Path.of("..data", "lists.yaml"));
    start();

    Path newer = Files.createSymbolicLink(folder.resolve("..data_tmp"), second.getFileName());
    Files.move(newer, data, StandardCopyOption.ATOMIC_MOVE);

    assertThat(next()).isEqualTo("nginx:2");
  }

  @Test
  void tellsThatTheFileIsGoneAndReadsItWhenItReturns() throws Exception {
    start();

    Files.delete(file);
    assertThat(next())
        .startsWith("unreadable: Tried to read the lists from " + file + " but it cannot be read")
        .endsWith("The last good lists stay in force.");

    Files.writeString(file, configMap("apps", "nginx:1"));
    assertThat(next()).isEqualTo("nginx:1");
  }

  @Test
  void tellsThatAnEditIsNoManifestAndReadsTheNext() throws Exception {
    start();

    Files.writeString(file, "kind: [");
    assertThat(next()).startsWith("unreadable: ").contains("it is not YAML", "line 1");

    Files.writeString(file, configMap("apps", "nginx:1"));
    assertThat(next()).isEqualTo("nginx:1");
  }

  @Test
  void readsTwoListsAndTheDeletionOfOne() throws Exception {
    start();

    Files.writeString(file, configMap("apps", "nginx:1") + "---\n" + configMap("more", "redis:7"));
    assertThat(next()).isEqualTo("nginx:1 redis:7");

    Files.writeString(file, configMap("more", "redis:7"));
    assertThat(next()).isEqualTo("redis:7");
  }

  @Test
  void doesNotStartWithoutTheFile() throws IOException {
    Files.delete(file);

    assertThatThrownBy(() -> start(file))
        .isInstanceOf(StartupException.class)
        .hasMessage(
            "Tried to read --lists-from %s but failed: java.nio.file.NoSuchFileException: %s. Check the path and its permissions."
                .formatted(file, file));
  }

  @Test
  void doesNotStartWithAFileThatIsNoManifest() throws IOException {
    Files.writeString(file, "kind: [");

    assertThatThrownBy(() -> start(file))
        .isInstanceOf(StartupException.class)
        .hasMessageStartingWith("Tried to read --lists-from " + file + " but it is not YAML")
        .hasMessageEndingWith(
            "Expected a manifest with ConfigMaps labelled prepull.dev/config: PrePullList.");
  }
}
