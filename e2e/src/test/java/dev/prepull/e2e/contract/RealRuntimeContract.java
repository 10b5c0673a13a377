package dev.prepull.e2e.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.prepull.agent.runtime.ImageRuntime;
import dev.prepull.agent.runtime.ImageRuntimeContract;
import dev.prepull.agent.runtime.PullOutcome;
import dev.prepull.agent.runtime.RuntimeFixture;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.e2e.testbed.FaultyRegistry;
import dev.prepull.e2e.testbed.Ports;
import dev.prepull.e2e.testbed.Registry;
import dev.prepull.e2e.testbed.RegistryAccess;
import dev.prepull.e2e.testbed.RegistryRequest;
import dev.prepull.e2e.testbed.RuntimeNode;
import dev.prepull.e2e.testbed.TestImage;
import dev.prepull.e2e.testbed.Workspace;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullReason;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The contract on one real runtime, which serves all tests; each test has repositories of its own.
 * What only a real registry can do to a pull stands here too.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RealRuntimeContract extends ImageRuntimeContract {

  private static final int LAYER_BYTES = 64 * 1024;

  /** Containerd writes, and so shows, a megabyte at a time. */
  private static final int LARGE_LAYER_BYTES = 3 << 20;

  private static final int SLOW_BYTES_PER_SECOND = 2 << 20;

  private static final RegistryCredential CREDENTIAL =
      RegistryCredential.ofPassword("the test", "alice", "open sesame");

  private final Workspace workspace = Workspace.temporary();
  private final Vertx vertx = Vertx.vertx();
  private final Registry registry = Registry.start(workspace, "registry", Ports.free());
  private final FaultyRegistry faulty = workspace.add(FaultyRegistry.before(registry));
  private final Registry guarded =
      registry.startGuarded(
          "guarded",
          Ports.free(),
          new RegistryAccess.Password(CREDENTIAL.username(), CREDENTIAL.password()));
  private final int deadPort = Ports.free();
  private RuntimeNode node;
  private ImageRuntime runtime;
  private int tests;
  private long seed = System.nanoTime();

  /** Starts the runtime under test. */
  abstract RuntimeNode start(Workspace workspace);

  /** Opens the adapter under test. */
  abstract ImageRuntime open(Vertx vertx, Path socket)
      throws RuntimeUnavailableException, InterruptedException;

  /** What the runtime under test can do. */
  abstract Set<RuntimeFixture.Ability> abilities();

  @BeforeAll
  void startAll() throws Exception {
    node = start(workspace);
    node.mapRegistry(registry.host(), registry.url());
    node.mapRegistry(faulty.host(), faulty.url());
    node.mapRegistry(guarded.host(), guarded.url());
    // Containerd answers before its CRI does.
    runtime =
        await()
            .ignoreExceptionsInstanceOf(RuntimeUnavailableException.class)
            .until(() -> open(vertx, node.socket()), Objects::nonNull);
  }

  @AfterEach
  void heal() {
    faulty.behave(new FaultyRegistry.Passing());
  }

  @AfterAll
  void stopAll() {
    runtime.close();
    workspace.close();
    vertx.close().await();
  }

  @ParameterizedTest
  @CsvSource({
    "401, UNAUTHORIZED",
    "403, UNAUTHORIZED",
    "429, RATE_LIMITED",
    "500, REGISTRY_UNAVAILABLE",
    "503, REGISTRY_UNAVAILABLE"
  })
  void givesTheReasonForWhatTheRegistryAnswers(int status, PullReason reason) throws Exception {
    faulty.behave(new FaultyRegistry.Refusing(status));

    PullOutcome outcome =
        runtime.pull(
            ImageReference.parse(faulty.host() + "/refused/app:1"),
            RegistryCredential.ANONYMOUS,
            progress -> {});

    assertThat(outcome)
        .isInstanceOfSatisfying(
            PullOutcome.Failed.class,
            failed -> {
              assertThat(failed.reason()).as(failed.message()).isEqualTo(reason);
              assertThat(failed.message()).isNotBlank().doesNotContain("\n");
            });
  }

  @Test
  void namesTheDirectoryOfItsImagesWhereItCan() throws Exception {
    if (abilities().contains(RuntimeFixture.Ability.TELL_DIRECTORY)) {
      // Containerd takes ten seconds to know it.
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> runtime.imageDirectory().filter(Files::isDirectory).isPresent());
    } else {
      assertThat(runtime.imageDirectory()).isEmpty();
    }
  }

  @Test
  void leavesNothingOfAPullThatIsInterrupted() throws Exception {
    var _ = registry.push("cut/app", "1", TestImage.random(seed++, 2, 1 << 20));
    ImageReference reference = ImageReference.parse(faulty.host() + "/cut/app:1");
    faulty.behave(new FaultyRegistry.Slow(64 * 1024));
    int before = faulty.requests().size();
    Thread puller =
        Thread.startVirtualThread(() -> {
          try {
            PullOutcome ended =
                runtime.pull(reference, RegistryCredential.ANONYMOUS, progress -> {});
            throw new AssertionError("ended with " + ended);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    await()
        .until(() -> faulty.requests().stream().skip(before).anyMatch(RegistryRequest::isForBlob));

    puller.interrupt();
    puller.join();

    assertThat(runtime.find(reference)).isEmpty();
    faulty.behave(new FaultyRegistry.Passing());
    assertThat(runtime.pull(reference, RegistryCredential.ANONYMOUS, progress -> {}))
        .isInstanceOf(PullOutcome.Pulled.class);
  }

  @Override
  protected RuntimeFixture fixture() {
    return new RealFixture("t" + ++tests);
  }

  private final class RealFixture implements RuntimeFixture {
    private final String path;
    private @Nullable TestImage pushed;
    private int requestsBefore;

    RealFixture(String path) {
      this.path = path;
    }

    @Override
    public ImageRuntime runtime() {
      return runtime;
    }

    @Override
    public String registry() {
      return registry.host() + "/" + path;
    }

    @Override
    public ImageDigest push(String repository, String tag) {
      return push(repository, tag, LAYER_BYTES);
    }

    @Override
    public ImageDigest pushLarge(String repository, String tag) {
      return push(repository, tag, LARGE_LAYER_BYTES);
    }

    private ImageDigest push(String repository, String tag, int layerBytes) {
      pushed = TestImage.random(seed++, 2, layerBytes);
      return new ImageDigest(registry.push(path + "/" + repository, tag, pushed));
    }

    @Override
    public ImageDigest pushIndex(String repository, String tag) {
      return new ImageDigest(
          registry.pushIndex(
              path + "/" + repository,
              tag,
              Map.of(
                  "amd64", TestImage.random(seed++, 1, LAYER_BYTES, "amd64"),
                  "arm64", TestImage.random(seed++, 1, LAYER_BYTES, "arm64"))));
    }

    @Override
    public ImageDigest rebuild(String repository, String tag) {
      pushed = Objects.requireNonNull(pushed).rebuilt();
      return new ImageDigest(registry.push(path + "/" + repository, tag, pushed));
    }

    @Override
    public void alias(String repository, String tag, String newTag) {
      var _ = registry.push(path + "/" + repository, newTag, Objects.requireNonNull(pushed));
    }

    @Override
    public List<String> asked(String repository) {
      String manifests = "/v2/%s/%s/manifests/".formatted(path, repository);
      return registry.requests().stream()
          .map(request -> URI.create(request.path()).getPath())
          .filter(asked -> asked.startsWith(manifests))
          .map(asked -> asked.substring(manifests.length()))
          .toList();
    }

    @Override
    public String slowRegistry() {
      faulty.behave(new FaultyRegistry.Slow(SLOW_BYTES_PER_SECOND));
      return faulty.host() + "/" + path;
    }

    @Override
    public String privateRegistry() {
      return guarded.host() + "/" + path;
    }

    @Override
    public RegistryCredential credential() {
      return CREDENTIAL;
    }

    @Override
    public void stopRuntime() {
      node.stop();
    }

    @Override
    public void resumeRuntime() {
      node.resume();
      await()
          .ignoreExceptionsInstanceOf(RuntimeUnavailableException.class)
          .until(runtime::list, Objects::nonNull);
    }

    @Override
    public String deadRegistry() {
      return "127.0.0.1:" + deadPort;
    }

    @Override
    public String stalledRegistry() {
      faulty.behave(new FaultyRegistry.Silent());
      requestsBefore = faulty.requests().size();
      return faulty.host() + "/" + path;
    }

    @Override
    public void awaitRequestAtStalledRegistry() {
      await().until(() -> faulty.requests().size() > requestsBefore);
    }

    @Override
    public void pullByOther(ImageReference reference) {
      node.pull(reference.stored());
    }

    @Override
    public void removeByOther(ImageReference reference) {
      node.remove(reference.stored());
    }

    @Override
    public void createContainer(ImageReference reference) {
      node.addContainer(reference.stored(), false);
    }

    @Override
    public void removeContainers() {
      node.removeContainers();
    }

    @Override
    public boolean can(Ability ability) {
      return abilities().contains(ability);
    }

    /** What the fixture stands on serves all tests. */
    @Override
    public void close() {
      removeContainers();
    }
  }
}
