package dev.prepull.agent.runtime.cri;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.agent.runtime.ImageEvents;
import dev.prepull.agent.runtime.PullOutcome;
import dev.prepull.agent.runtime.RemovalOutcome;
import dev.prepull.agent.runtime.cri.FakeCriServer.Answer;
import dev.prepull.agent.runtime.cri.v1.Container;
import dev.prepull.agent.runtime.cri.v1.ContainerMetadata;
import dev.prepull.agent.runtime.cri.v1.FilesystemIdentifier;
import dev.prepull.agent.runtime.cri.v1.FilesystemUsage;
import dev.prepull.agent.runtime.cri.v1.Image;
import dev.prepull.agent.runtime.cri.v1.ImageFsInfoRequest;
import dev.prepull.agent.runtime.cri.v1.ImageFsInfoResponse;
import dev.prepull.agent.runtime.cri.v1.ImageStatusRequest;
import dev.prepull.agent.runtime.cri.v1.ImageStatusResponse;
import dev.prepull.agent.runtime.cri.v1.ListContainersRequest;
import dev.prepull.agent.runtime.cri.v1.ListContainersResponse;
import dev.prepull.agent.runtime.cri.v1.PullImageRequest;
import dev.prepull.agent.runtime.cri.v1.PullImageResponse;
import dev.prepull.agent.runtime.cri.v1.RemoveImageRequest;
import dev.prepull.agent.runtime.cri.v1.RemoveImageResponse;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullReason;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the adapter makes of a runtime that offers CRI alone, as CRI-O does. */
class PlainCriTest {

  private static final String IMAGES = "runtime.v1.ImageService";
  private static final String APP = "reg.example/team/app";
  private static final ImageReference TAG = ImageReference.parse(APP + ":1");
  private static final ImageDigest LOCKED = new ImageDigest("sha256:" + "1".repeat(64));
  private static final ImageDigest MOVED = new ImageDigest("sha256:" + "2".repeat(64));
  private static final ImageStatusResponse NOTHING = ImageStatusResponse.getDefaultInstance();

  @TempDir Path directory;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private final AtomicReference<ImageStatusResponse> held = new AtomicReference<>(NOTHING);
  private ImageStatusResponse inRegistry = NOTHING;
  private ListContainersResponse containers = ListContainersResponse.getDefaultInstance();
  private FakeCriServer server;
  private CriRuntime runtime;

  @BeforeEach
  void serve() throws Exception {
    Path socket = directory.resolve("cri.sock");
    server =
        new FakeCriServer(vertx, socket)
            .greet("cri-o")
            .on(
                IMAGES,
                "ImageStatus",
                ImageStatusRequest.newBuilder(),
                request -> new Answer.Message(held.get()))
            .on(
                IMAGES,
                "PullImage",
                PullImageRequest.newBuilder(),
                request -> {
                  held.set(inRegistry);
                  return new Answer.Message(PullImageResponse.getDefaultInstance());
                })
            .on(
                IMAGES,
                "RemoveImage",
                RemoveImageRequest.newBuilder(),
                request -> {
                  held.set(NOTHING);
                  return new Answer.Message(RemoveImageResponse.getDefaultInstance());
                })
            .on(
                "runtime.v1.RuntimeService",
                "ListContainers",
                ListContainersRequest.newBuilder(),
                request -> new Answer.Message(containers));
    runtime = CriRuntime.open(vertx, socket, Clock.systemUTC());
  }

  @AfterEach
  void stop() throws Exception {
    runtime.close();
    server.close();
    FakeCriServer.await(vertx.close());
  }

  @Test
  void convergesByPullingTheTag() throws Exception {
    inRegistry = status(LOCKED, APP + ":1");

    PullOutcome outcome =
        runtime.converge(TAG, LOCKED, RegistryCredential.ANONYMOUS, progress -> {});

    assertThat(outcome).isInstanceOf(PullOutcome.Pulled.class);
  }

  @Test
  void doesNotPullWhatTheTagStandsForAlready() throws Exception {
    held.set(status(LOCKED, APP + ":1"));

    PullOutcome outcome =
        runtime.converge(TAG, LOCKED, RegistryCredential.ANONYMOUS, progress -> {});

    assertThat(outcome).isInstanceOf(PullOutcome.Pulled.class);
    assertThat(server.calls()).doesNotContain("PullImage");
  }

  @Test
  void saysDriftWhenTheTagHasMoved() throws Exception {
    inRegistry = status(MOVED, APP + ":1");

    PullOutcome outcome =
        runtime.converge(TAG, LOCKED, RegistryCredential.ANONYMOUS, progress -> {});

    assertThat(outcome)
        .isInstanceOfSatisfying(
            PullOutcome.Failed.class,
            failed -> {
              assertThat(failed.reason()).isEqualTo(PullReason.DRIFT);
              assertThat(failed.message()).contains(TAG.canonical(), LOCKED.value());
            });
  }

  @Test
  void removesAnImageThatHasNoOtherName() throws Exception {
    held.set(status(LOCKED, APP + ":1"));

    RemovalOutcome outcome = runtime.remove(TAG);

    assertThat(outcome).isEqualTo(new RemovalOutcome.Removed());
    assertThat(runtime.find(TAG)).isEmpty();
  }

  @Test
  void keepsAnImageThatHasAnotherTag() throws Exception {
    held.set(status(LOCKED, APP + ":1", APP + ":2"));

    RemovalOutcome outcome = runtime.remove(TAG);

    assertThat(outcome)
        .isInstanceOfSatisfying(
            RemovalOutcome.Kept.class, kept -> assertThat(kept.why()).contains(APP + ":2"));
    assertThat(server.calls()).doesNotContain("RemoveImage");
  }

  @Test
  void keepsAnImageThatAContainerUsesAndNamesIt() throws Exception {
    held.set(status(LOCKED, APP + ":1"));
    containers =
        ListContainersResponse.newBuilder()
            .addContainers(
                Container.newBuilder()
                    .setId("5d1c")
                    .setMetadata(ContainerMetadata.newBuilder().setName("web"))
                    .setImageRef("sha256:id"))
            .build();

    RemovalOutcome outcome = runtime.remove(TAG);

    assertThat(outcome).isEqualTo(new RemovalOutcome.Kept("container web (5d1c) uses it"));
    assertThat(server.calls()).doesNotContain("RemoveImage");
  }

  @Test
  void hasNoPinsStampsEventsOrBlobs() throws Exception {
    held.set(status(LOCKED, APP + ":1"));

    runtime.watch(
        Instant.EPOCH,
        new ImageEvents() {
          @Override
          public void watching() {
            throw new AssertionError("there is nothing to watch");
          }

          @Override
          public void changed(String name, Instant at) {}
        });

    assertThat(runtime.pin(TAG, true)).isFalse();
    assertThat(runtime.stamp(TAG)).isEmpty();
    assertThat(runtime.missingBytes(List.of(new ImageBlob(LOCKED, 7)))).isEqualTo(7);
  }

  @Test
  void namesTheDirectoryThatCriTells() throws Exception {
    server.on(
        IMAGES,
        "ImageFsInfo",
        ImageFsInfoRequest.newBuilder(),
        request ->
            new Answer.Message(
                ImageFsInfoResponse.newBuilder()
                    .addImageFilesystems(
                        FilesystemUsage.newBuilder()
                            .setFsId(
                                FilesystemIdentifier.newBuilder()
                                    .setMountpoint("/var/lib/containers/storage")))
                    .build()));

    assertThat(runtime.imageDirectory()).contains(Path.of("/var/lib/containers/storage"));
  }

  private static ImageStatusResponse status(ImageDigest digest, String... tags) {
    return ImageStatusResponse.newBuilder()
        .setImage(
            Image.newBuilder()
                .setId("sha256:id")
                .addAllRepoTags(List.of(tags))
                .addRepoDigests(APP + "@" + digest))
        .build();
  }
}
