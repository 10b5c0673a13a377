package dev.prepull.e2e.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.prepull.agent.runtime.ImageRuntime;
import dev.prepull.agent.runtime.ImageRuntimeContract;
import dev.prepull.agent.runtime.PullOutcome;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.e2e.testbed.FaultyRegistry;
import dev.prepull.e2e.testbed.Ports;
import dev.prepull.e2e.testbed.Registry;
import dev.prepull.e2e.testbed.RegistryRequest;
import dev.prepull.e2e.testbed.RuntimeNode;
import dev.prepull.e2e.testbed.TestImage;
import dev.prepull.e2e.testbed.Workspace;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullReason;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Map;
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

  private final Workspace workspace = Workspace.temporary();
  private final Vertx vertx = Vertx.vertx();
  private final Registry registry = Registry.start(workspace, "registry", Ports.free());
  private final FaultyRegistry faulty = workspace.add(FaultyRegistry.before(registry));
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

  @BeforeAll
  void startAll() throws Exception {
    node = start(workspace);
    node.mapRegistry(registry.host(), registry.url());
    node.mapRegistry(faulty.host(), faulty.url());
    runtime = open(vertx, node.socket());
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
        runtime.pull(ImageReference.parse(faulty.host() + "/refused/app:1"), progress -> {});

    assertThat(outcome)
        .isInstanceOfSatisfying(
            PullOutcome.Failed.class,
            failed -> {
              assertThat(failed.reason()).as(failed.message()).isEqualTo(reason);
              assertThat(failed.message()).isNotBlank().doesNotContain("\n");
            });
  }

  @Test
  void leavesNothingOfAPullThatIsInterrupted() throws Exception {
    String unused = registry.push("cut/app", "1", TestImage.random(seed++, 2, 1 << 20));
    ImageReference reference = ImageReference.parse(faulty.host() + "/cut/app:1");
    faulty.behave(new FaultyRegistry.Slow(64 * 1024));
    int before = faulty.requests().size();
    Thread puller =
        Thread.startVirtualThread(() -> {
          try {
            PullOutcome ended = runtime.pull(reference, progress -> {});
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
    assertThat(runtime.pull(reference, progress -> {})).isInstanceOf(PullOutcome.Pulled.class);
  }

  @Override
  protected Fixture fixture() {
    return new RealFixture("t" + ++tests);
  }

  private final class RealFixture implements Fixture {
    private final String path;
    private TestImage pushed = newImage();
    private int requestsBefore;

    RealFixture(String path) {
      this.path = path;
    }

    private TestImage newImage() {
      return TestImage.random(seed++, 2, LAYER_BYTES);
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
      pushed = newImage();
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
    public void alias(String repository, String tag, String newTag) {
      String unused = registry.push(path + "/" + repository, newTag, pushed);
    }

    @Override
    public void stopRuntime() {
      node.stop();
    }

    @Override
    public void resumeRuntime() {
      node.resume();
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
    public void close() {
      // What the fixture stands on serves all tests.
    }
  }
}
