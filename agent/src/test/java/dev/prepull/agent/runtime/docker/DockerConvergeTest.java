package dev.prepull.agent.runtime.docker;

import static dev.prepull.agent.runtime.docker.FakeDockerDaemon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.agent.runtime.PullOutcome;
import dev.prepull.agent.runtime.PullOutcome.Failed;
import dev.prepull.agent.runtime.PullOutcome.Pulled;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullReason;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** By which steps a tag gets to the locked digest, on a fake daemon. */
class DockerConvergeTest {

  private static final ImageReference APP = ImageReference.parse("reg.example:5000/team/app:1");
  private static final ImageDigest LOCKED = new ImageDigest("sha256:" + "b".repeat(64));
  private static final ImageDigest OTHER = new ImageDigest("sha256:" + "a".repeat(64));
  private static final String APP_LOCKED = APP.name() + "@" + LOCKED;
  private static final String APP_OTHER = APP.name() + "@" + OTHER;
  private static final String TAG = "/images/" + APP_LOCKED + "/tag";
  private static final String NEWER = "{\"status\":\"Status: Downloaded newer image\"}";

  @TempDir Path directory;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private FakeDockerDaemon daemon;
  private DockerRuntime runtime;

  @BeforeEach
  void start() throws Exception {
    Path socket = directory.resolve("docker.sock");
    daemon = new FakeDockerDaemon(vertx, socket);
    runtime = DockerRuntime.open(vertx, socket);
  }

  @AfterEach
  void stop() throws Exception {
    runtime.close();
    await(vertx.close());
  }

  @Test
  void doesNothingWhereTheTagHasThatDigest() throws Exception {
    daemon.holds(APP.written(), APP_LOCKED);

    assertConverged(converge());

    assertThat(daemon.calls()).noneMatch(call -> call.startsWith("POST"));
  }

  @Test
  void doesNothingWhereThatDigestIsOneOfTheImages() throws Exception {
    daemon.holds(APP.written(), APP_OTHER, APP_LOCKED);

    assertConverged(converge());

    assertThat(daemon.calls()).noneMatch(call -> call.startsWith("POST"));
  }

  @Test
  void onlySetsTheTagWhereTheContentIsThere() throws Exception {
    daemon.holds(APP.written(), APP_OTHER).holdsUntagged(APP_LOCKED);
    letTaggingHold(APP_LOCKED);

    assertConverged(converge());

    assertThat(daemon.calls())
        .filteredOn(call -> call.startsWith("POST"))
        .singleElement()
        .asString()
        .startsWith("POST " + TAG + "?repo=reg.example%3A5000%2Fteam%2Fapp&tag=1");
  }

  @Test
  void pullsByDigestAndSetsTheTagAfterwards() throws Exception {
    daemon
        .holds(APP.written(), APP_OTHER)
        .on(
            FakeDockerDaemon.PULL,
            request -> {
              daemon.holdsUntagged(APP_LOCKED);
              FakeDockerDaemon.ignore(FakeDockerDaemon.write(request, NEWER).end());
            });
    letTaggingHold(APP_LOCKED);

    assertConverged(converge());

    assertThat(daemon.calls())
        .filteredOn(call -> call.startsWith("POST"))
        .satisfiesExactly(
            pull -> assertThat(pull).endsWith("&tag=sha256%3A" + "b".repeat(64)),
            tag -> assertThat(tag).startsWith("POST " + TAG));
  }

  @Test
  void leavesTheTagAloneWhenThePullFails() throws Exception {
    daemon
        .holds(APP.written(), APP_OTHER)
        .on(FakeDockerDaemon.PULL, 404, "{\"message\":\"manifest unknown\"}");

    assertThat(converge()).isEqualTo(new Failed(PullReason.NOT_FOUND, "manifest unknown", null));

    assertThat(daemon.calls()).noneMatch(call -> call.contains("/tag"));
  }

  @Test
  void passesOnWhyTheTagCannotBeSet() throws Exception {
    daemon.holdsUntagged(APP_LOCKED).on(TAG, 409, "{\"message\":\"conflict\"}");

    assertThat(converge()).isEqualTo(new Failed(PullReason.ERR_IMAGE_PULL, "conflict", null));
  }

  @Test
  void saysDriftWhenSomebodyElseMovesTheTagAtOnce() throws Exception {
    daemon.holdsUntagged(APP_LOCKED);
    letTaggingHold(APP_OTHER);

    assertThat(converge())
        .isInstanceOfSatisfying(
            Failed.class,
            failed -> {
              assertThat(failed.reason()).isEqualTo(PullReason.DRIFT);
              assertThat(failed.message()).contains("somebody else moved it");
            });
  }

  @Test
  void setsNoTagForADigestReference() throws Exception {
    ImageReference byDigest = ImageReference.parse(APP_LOCKED);
    daemon.on(
        FakeDockerDaemon.PULL,
        request -> {
          daemon.holdsUntagged(APP_LOCKED);
          FakeDockerDaemon.ignore(FakeDockerDaemon.write(request, NEWER).end());
        });

    assertThat(runtime.converge(byDigest, LOCKED, RegistryCredential.ANONYMOUS, progress -> {}))
        .isInstanceOf(Pulled.class);

    assertThat(daemon.calls()).noneMatch(call -> call.contains("/tag"));
  }

  @Test
  void saysThatTheDaemonIsGone() throws Exception {
    daemon.close();

    assertThat(converge())
        .isInstanceOfSatisfying(
            Failed.class,
            failed -> assertThat(failed.reason()).isEqualTo(PullReason.RUNTIME_UNAVAILABLE));
  }

  private PullOutcome converge() throws InterruptedException {
    return runtime.converge(APP, LOCKED, RegistryCredential.ANONYMOUS, progress -> {});
  }

  private void letTaggingHold(String repoDigest) {
    daemon.on(
        TAG,
        request -> {
          daemon.holds(APP.written(), repoDigest);
          FakeDockerDaemon.send(request.response(), 201, "");
        });
  }

  private static void assertConverged(PullOutcome outcome) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Pulled.class,
            pulled -> {
              assertThat(pulled.image().resolves(APP, LOCKED)).isTrue();
              assertThat(pulled.image().resolves(APP, OTHER)).isFalse();
              assertThat(pulled.blobs()).isEmpty();
            });
  }
}
