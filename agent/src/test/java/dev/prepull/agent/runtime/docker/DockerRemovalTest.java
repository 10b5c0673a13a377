package dev.prepull.agent.runtime.docker;

import static dev.prepull.agent.runtime.docker.FakeDockerDaemon.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.agent.runtime.RemovalOutcome.Kept;
import dev.prepull.agent.runtime.RemovalOutcome.Removed;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.model.ImageReference;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is taken away and what is kept, on a fake daemon. */
class DockerRemovalTest {

  private static final ImageReference APP = ImageReference.parse("reg.example:5000/team/app:1");
  private static final String APP_DIGEST = APP.name() + "@sha256:" + "a".repeat(64);
  private static final String CONTAINERS = "/containers/json";
  private static final String REMOVE = "/images/" + APP.written();

  @TempDir Path directory;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private FakeDockerDaemon daemon;
  private DockerRuntime runtime;

  @BeforeEach
  void start() throws Exception {
    Path socket = directory.resolve("docker.sock");
    daemon = new FakeDockerDaemon(vertx, socket).on(CONTAINERS, 200, "[]");
    runtime = DockerRuntime.open(vertx, socket);
  }

  @AfterEach
  void stop() throws Exception {
    runtime.close();
    await(vertx.close());
  }

  @Test
  void removesTheOneNameWithoutForce() throws Exception {
    daemon.holds(APP.written(), APP_DIGEST).on(REMOVE, 200, "[]");

    assertThat(runtime.remove(APP)).isEqualTo(new Removed());

    assertThat(daemon.calls())
        .filteredOn(call -> call.startsWith("DELETE"))
        .singleElement()
        .asString()
        .startsWith("DELETE " + REMOVE)
        .doesNotContain("force=true", "force=1");
  }

  @Test
  void takesWhatIsNotThereForRemoved() throws Exception {
    assertThat(runtime.remove(APP)).isEqualTo(new Removed());

    assertThat(daemon.calls()).noneMatch(call -> call.startsWith("DELETE"));
  }

  @Test
  void takesWhatHasGoneInTheMeantimeForRemoved() throws Exception {
    daemon.holds(APP.written(), APP_DIGEST).on(REMOVE, 404, "{\"message\":\"No such image\"}");

    assertThat(runtime.remove(APP)).isEqualTo(new Removed());
  }

  @Test
  void keepsWhatAStoppedContainerUses() throws Exception {
    daemon.holds(APP.written(), APP_DIGEST).on(CONTAINERS, 200, containerOf("sha256:1d"));

    assertThat(runtime.remove(APP)).isEqualTo(new Kept("container web (exited) uses it"));

    assertThat(daemon.calls())
        .anyMatch(call -> call.startsWith("GET /containers/json?all=true"))
        .noneMatch(call -> call.startsWith("DELETE"));
  }

  @Test
  void removesWhatNoContainerUsesAnyLonger() throws Exception {
    daemon
        .holds(APP.written(), APP_DIGEST)
        .on(CONTAINERS, 200, containerOf("sha256:0d"))
        .on(REMOVE, 200, "[]");

    assertThat(runtime.remove(APP)).isEqualTo(new Removed());
  }

  @Test
  void keepsWhatDockerRefusesToRemove() throws Exception {
    daemon
        .holds(APP.written(), APP_DIGEST)
        .on(REMOVE, 409, "{\"message\":\"conflict: container 1c is using it\"}");

    assertThat(runtime.remove(APP)).isEqualTo(new Kept("conflict: container 1c is using it"));
  }

  @Test
  void keepsADigestByWhichATagIsKnown() throws Exception {
    daemon.holds(APP.written(), APP_DIGEST);

    assertThat(runtime.remove(ImageReference.parse(APP_DIGEST)))
        .isEqualTo(
            new Kept("Docker would no longer know the digest of reg.example:5000/team/app:1"));
  }

  @Test
  void removesADigestWithoutATag() throws Exception {
    daemon.holdsUntagged(APP_DIGEST).on("/images/" + APP_DIGEST, 200, "[]");

    assertThat(runtime.remove(ImageReference.parse(APP_DIGEST))).isEqualTo(new Removed());
  }

  @Test
  void passesOnWhatElseGoesWrong() {
    daemon.holds(APP.written(), APP_DIGEST).on(REMOVE, 500, "{\"message\":\"broken\"}");

    assertThatThrownBy(() -> runtime.remove(APP))
        .isInstanceOf(RuntimeUnavailableException.class)
        .hasMessageStartingWith("Tried to remove " + APP)
        .hasMessageContaining("but broken.");
  }

  private static String containerOf(String imageId) {
    return """
    [{"Id":"1c1c1c1c1c1c1c1c","Names":["/web"],"Image":"x","ImageID":"%s","State":"exited"}]\
    """
        .formatted(imageId);
  }
}
