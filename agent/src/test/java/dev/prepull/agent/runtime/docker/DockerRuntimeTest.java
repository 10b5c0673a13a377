package dev.prepull.agent.runtime.docker;

import static dev.prepull.agent.runtime.docker.FakeDockerDaemon.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.model.HeldImage;
import dev.prepull.model.HeldName;
import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.RuntimeInfo;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Docker holds, asked of a fake daemon. */
class DockerRuntimeTest {

  private static final ImageDigest DIGEST = new ImageDigest("sha256:" + "a".repeat(64));
  private static final ImageReference NGINX = ImageReference.parse("nginx:1");
  private static final HeldName NGINX_TAGGED = new HeldName("docker.io/library/nginx:1", DIGEST);
  private static final HeldName NGINX_DIGESTED =
      new HeldName("docker.io/library/nginx@" + DIGEST, DIGEST);

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
  void tellsTheVersion() throws Exception {
    assertThat(runtime.info()).isEqualTo(new RuntimeInfo("docker", "28.5.1"));
  }

  @Test
  void listsWhatTheDaemonHolds() throws Exception {
    daemon.on(
        "/images/json",
        200,
        """
        [{"Id":"sha256:1d","RepoTags":["nginx:1"],"RepoDigests":["nginx@%s"],"Size":4294967296},
         {"Id":"sha256:2d","RepoTags":["<none>:<none>"],"RepoDigests":["<none>@<none>"],"Size":7},
         {"Id":"sha256:3d","RepoTags":null,"RepoDigests":null,"Size":8}]\
        """
            .formatted(DIGEST));

    assertThat(runtime.list())
        .containsExactly(
            new HeldImage(
                "sha256:1d", List.of(NGINX_TAGGED, NGINX_DIGESTED), 4_294_967_296L, false),
            new HeldImage("sha256:2d", List.of(), 7, false),
            new HeldImage("sha256:3d", List.of(), 8, false));
  }

  @Test
  void findsAnImageByItsName() throws Exception {
    daemon.holds("nginx:1", "nginx@" + DIGEST);

    assertThat(runtime.find(NGINX))
        .contains(new HeldImage("sha256:1d", List.of(NGINX_TAGGED, NGINX_DIGESTED), 1_000, false));
  }

  @Test
  void findsAnImageInARegistryWithAPort() throws Exception {
    daemon.holds("reg.example:5000/team/app:1", "reg.example:5000/team/app@" + DIGEST);

    assertThat(runtime.find(ImageReference.parse("reg.example:5000/team/app:1"))).isPresent();
  }

  @Test
  void findsNothingWhereDockerKnowsNoSuchImage() throws Exception {
    daemon.on("/images/nginx:1/json", 404, "{\"message\":\"No such image: nginx:1\"}");

    assertThat(runtime.find(NGINX)).isEmpty();
  }

  @Test
  void doesNotTakeAnImageIdForAName() throws Exception {
    daemon.on(
        "/images/1d:latest/json",
        200,
        "{\"Id\":\"sha256:1d\",\"RepoTags\":[\"nginx:1\"],\"RepoDigests\":[],\"Size\":1}");

    assertThat(runtime.find(ImageReference.parse("1d"))).isEmpty();
  }

  @Test
  void keepsImagesInDockersRoot() throws Exception {
    daemon.on(
        "/info",
        200,
        """
        {"DockerRootDir":"/var/lib/docker","DriverStatus":[["Backing Filesystem","extfs"]]}\
        """);

    assertThat(runtime.imageDirectory()).contains(Path.of("/var/lib/docker"));
  }

  @Test
  void knowsNoDirectoryWhereContainerdKeepsTheImages() throws Exception {
    daemon.on(
        "/info",
        200,
        """
        {"DockerRootDir":"/var/lib/docker",\
        "DriverStatus":[["driver-type","io.containerd.snapshotter.v1"]]}\
        """);

    assertThat(runtime.imageDirectory()).isEmpty();
  }

  @Test
  void takesAllOfAnImageForMissing() throws Exception {
    assertThat(runtime.missingBytes(List.of(new ImageBlob(DIGEST, 5), new ImageBlob(DIGEST, 7))))
        .isEqualTo(12);
  }

  @Test
  void hasNoPinsAndNoStamps() throws Exception {
    daemon.holds("nginx:1", "nginx@" + DIGEST);

    assertThat(runtime.pin(NGINX, true)).isFalse();
    assertThat(runtime.pin(NGINX, false)).isFalse();
    assertThat(runtime.stamp(NGINX)).isEmpty();
  }

  @Test
  void passesOnTheDaemonsOwnWords() {
    daemon.on(
        "/images/json", 500, "{\"message\":\"layer \\\"a\\\" \\u003cbroken\\u003e\\nsee log\"}");

    assertThatThrownBy(() -> runtime.list())
        .isInstanceOf(RuntimeUnavailableException.class)
        .hasMessageStartingWith("Tried to list images at Docker's socket " + directory)
        .hasMessageContaining("but layer \"a\" <broken> see log.");
  }

  @Test
  void saysThatTheDaemonIsGone() throws Exception {
    daemon.close();

    assertThatThrownBy(() -> runtime.list())
        .isInstanceOf(RuntimeUnavailableException.class)
        .hasMessageContainingAll("Tried to list images", "Check that dockerd runs");
  }

  @Test
  void worksAgainOnceTheDaemonIsBack() throws Exception {
    Path socket = directory.resolve("docker.sock");
    daemon.close();
    assertThatThrownBy(() -> runtime.info()).isInstanceOf(RuntimeUnavailableException.class);

    daemon = new FakeDockerDaemon(vertx, socket);

    assertThat(runtime.info()).isEqualTo(new RuntimeInfo("docker", "28.5.1"));
  }
}
