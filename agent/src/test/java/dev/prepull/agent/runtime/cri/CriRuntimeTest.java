package dev.prepull.agent.runtime.cri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.agent.runtime.PullOutcome;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.agent.runtime.cri.FakeCriServer.Answer;
import dev.prepull.agent.runtime.cri.containerd.images.v1.Descriptor;
import dev.prepull.agent.runtime.cri.containerd.images.v1.GetImageRequest;
import dev.prepull.agent.runtime.cri.containerd.images.v1.GetImageResponse;
import dev.prepull.agent.runtime.cri.v1.Image;
import dev.prepull.agent.runtime.cri.v1.ImageStatusRequest;
import dev.prepull.agent.runtime.cri.v1.ImageStatusResponse;
import dev.prepull.agent.runtime.cri.v1.ListImagesRequest;
import dev.prepull.agent.runtime.cri.v1.ListImagesResponse;
import dev.prepull.agent.runtime.cri.v1.PullImageRequest;
import dev.prepull.agent.runtime.cri.v1.PullImageResponse;
import dev.prepull.agent.runtime.cri.v1.VersionRequest;
import dev.prepull.agent.runtime.cri.v1.VersionResponse;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.HeldName;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullProgress;
import dev.prepull.model.PullReason;
import dev.prepull.model.RuntimeInfo;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.grpc.common.GrpcStatus;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CriRuntimeTest {

  private static final String IMAGES = "runtime.v1.ImageService";
  private static final ImageReference APP = ImageReference.parse("reg.example/team/app:1");
  private static final ImageDigest FIRST = digest("1");
  private static final ImageDigest SECOND = digest("2");

  @TempDir Path directory;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private FakeCriServer server;
  private String runtimeName = "containerd";
  private ListImagesResponse images = ListImagesResponse.getDefaultInstance();
  private ImageStatusResponse status = ImageStatusResponse.getDefaultInstance();
  private Answer pulled = new Answer.Message(PullImageResponse.getDefaultInstance());

  @BeforeEach
  void serve() throws Exception {
    server =
        new FakeCriServer(vertx, socket())
            .on(
                "runtime.v1.RuntimeService",
                "Version",
                VersionRequest.newBuilder(),
                request ->
                    new Answer.Message(
                        VersionResponse.newBuilder()
                            .setRuntimeName(runtimeName)
                            .setRuntimeVersion("1.2.3")
                            .build()))
            .on(
                IMAGES,
                "ListImages",
                ListImagesRequest.newBuilder(),
                r -> new Answer.Message(images))
            .on(
                IMAGES,
                "ImageStatus",
                ImageStatusRequest.newBuilder(),
                request -> new Answer.Message(status))
            .on(IMAGES, "PullImage", PullImageRequest.newBuilder(), request -> pulled);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    FakeCriServer.await(vertx.close());
  }

  @Test
  void tellsNameAndVersionInTheRuntimesWords() throws Exception {
    runtimeName = "cri-o";

    try (CriRuntime runtime = open()) {
      assertThat(runtime.info()).isEqualTo(new RuntimeInfo("cri-o", "1.2.3"));
    }
  }

  @Test
  void findsNothingWhenTheRuntimeAnswersWithoutImage() throws Exception {
    try (CriRuntime runtime = open()) {
      assertThat(runtime.find(APP)).isEmpty();
    }
  }

  @Test
  void doesNotTakeAnotherImageForTheOneItLooksFor() throws Exception {
    status = status(Image.newBuilder().setId("sha256:4670f0").addRepoTags("reg.example/other:1"));

    try (CriRuntime runtime = open()) {
      assertThat(runtime.find(ImageReference.parse("4670f0"))).isEmpty();
    }
  }

  @Test
  void asksContainerdForTheDigestOfATagWithSeveral() throws Exception {
    status = status(twice("reg.example/team/app"));
    server.on(
        "containerd.services.images.v1.Images",
        "Get",
        GetImageRequest.newBuilder(),
        (GetImageRequest request) ->
            new Answer.Message(
                GetImageResponse.newBuilder()
                    .setImage(containerdImage(request.getName()))
                    .build()));

    try (CriRuntime runtime = open()) {
      assertThat(runtime.find(APP).orElseThrow().named(APP))
          .contains(new HeldName(APP.stored(), SECOND));
    }
  }

  @Test
  void listsAThousandImagesWithOneCall() throws Exception {
    ListImagesResponse.Builder many = ListImagesResponse.newBuilder();
    IntStream.range(0, 1000)
        .forEach(i ->
            many.addImages(
                Image.newBuilder()
                    .setId("sha256:" + i)
                    .addRepoTags("reg.example/%0200d:1".formatted(i))
                    .addRepoDigests("reg.example/%0200d@%s".formatted(i, FIRST))));
    images = many.build();

    try (CriRuntime runtime = open()) {
      server.calls().clear();
      assertThat(runtime.list()).hasSize(1000);
      assertThat(server.calls()).containsExactly("ListImages");
    }
  }

  @Test
  void keepsTheRuntimesWordsOnOneLine() throws Exception {
    pulled =
        new Answer.Status(
            GrpcStatus.UNKNOWN,
            "failed to copy: unexpected status: 500 Internal Server Error\nunknown: injected");

    try (CriRuntime runtime = open()) {
      assertThat(runtime.pull(APP, RegistryCredential.ANONYMOUS, progress -> {}))
          .isEqualTo(
              new PullOutcome.Failed(
                  PullReason.REGISTRY_UNAVAILABLE,
                  "failed to copy: unexpected status: 500 Internal Server Error unknown: injected",
                  null));
    }
  }

  @Test
  void believesInAPullOnlyWhenTheImageAnswers() throws Exception {
    List<PullProgress> seen = new CopyOnWriteArrayList<>();

    try (CriRuntime runtime = open()) {
      assertThat(runtime.pull(APP, RegistryCredential.ANONYMOUS, seen::add))
          .isInstanceOfSatisfying(
              PullOutcome.Failed.class,
              failed -> {
                assertThat(failed.reason()).isEqualTo(PullReason.ERR_IMAGE_PULL);
                assertThat(failed.message()).contains(APP.stored(), "did not answer");
              });
      assertThat(seen).isEmpty();
    }
  }

  @Test
  void returnsTheImageThatItPulled() throws Exception {
    status =
        status(
            Image.newBuilder()
                .setId("sha256:id")
                .addRepoTags("reg.example/team/app:1")
                .addRepoDigests("reg.example/team/app@" + FIRST));

    try (CriRuntime runtime = open()) {
      assertThat(runtime.pull(APP, RegistryCredential.ANONYMOUS, progress -> {}))
          .isEqualTo(new PullOutcome.Pulled(runtime.find(APP).orElseThrow()));
    }
  }

  @Test
  void asksAgainWhenAResetOvertookTheAnswer() throws Exception {
    try (CriRuntime runtime = open()) {
      server.loseAnswers(3);

      assertThat(runtime.info().name()).isEqualTo(runtimeName);
    }
  }

  @Test
  void saysThatAServerResetsEveryStream() throws Exception {
    try (CriRuntime runtime = open()) {
      server.loseAnswers(100);

      assertThatThrownBy(runtime::info).hasMessageContaining("the stream was reset");
    }
  }

  @Test
  void resetsTheStreamWhenInterrupted() throws Exception {
    Answer.Silence silence =
        new Answer.Silence(new CompletableFuture<>(), new CompletableFuture<>());
    pulled = silence;
    CompletableFuture<String> end = new CompletableFuture<>();

    try (CriRuntime runtime = open()) {
      Thread puller =
          Thread.startVirtualThread(() -> {
            try {
              end.complete(
                  runtime.pull(APP, RegistryCredential.ANONYMOUS, progress -> {}).toString());
            } catch (InterruptedException e) {
              end.complete("interrupted");
            }
          });
      silence.called().get(10, TimeUnit.SECONDS);

      puller.interrupt();

      assertThat(end.get(10, TimeUnit.SECONDS)).isEqualTo("interrupted");
      silence.reset().get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void failsAPullWhoseRuntimeDies() throws Exception {
    Answer.Silence silence =
        new Answer.Silence(new CompletableFuture<>(), new CompletableFuture<>());
    pulled = silence;
    CompletableFuture<PullOutcome> end = new CompletableFuture<>();

    try (CriRuntime runtime = open()) {
      Thread.startVirtualThread(() -> {
        try {
          end.complete(runtime.pull(APP, RegistryCredential.ANONYMOUS, progress -> {}));
        } catch (InterruptedException e) {
          end.completeExceptionally(e);
        }
      });
      silence.called().get(10, TimeUnit.SECONDS);

      server.close();

      assertThat(end.get(10, TimeUnit.SECONDS))
          .isInstanceOfSatisfying(
              PullOutcome.Failed.class,
              failed -> {
                assertThat(failed.reason()).isEqualTo(PullReason.RUNTIME_UNAVAILABLE);
                assertThat(failed.message())
                    .startsWith("Tried to pull %s via unix://%s but got ".formatted(APP, socket()))
                    .endsWith("Check that the container runtime runs, and see its log.");
              });
    }
  }

  @Test
  void saysWhichSocketDoesNotAnswerAnyMore() throws Exception {
    try (CriRuntime runtime = open()) {
      server.close();

      assertThatThrownBy(runtime::list)
          .isInstanceOf(RuntimeUnavailableException.class)
          .hasMessageContaining("Tried to list images via unix://" + socket());
    }
  }

  private CriRuntime open() throws Exception {
    return CriRuntime.open(vertx, socket(), Clock.systemUTC());
  }

  private Path socket() {
    return directory.resolve("cri.sock");
  }

  private static ImageStatusResponse status(Image.Builder image) {
    return ImageStatusResponse.newBuilder().setImage(image).build();
  }

  private static Image.Builder twice(String repository) {
    return Image.newBuilder()
        .addRepoTags(repository + ":1")
        .addRepoDigests(repository + "@" + FIRST)
        .addRepoDigests(repository + "@" + SECOND);
  }

  private static dev.prepull.agent.runtime.cri.containerd.images.v1.Image containerdImage(
      String name) {
    return dev.prepull.agent.runtime.cri.containerd.images.v1.Image.newBuilder()
        .setName(name)
        .setTarget(Descriptor.newBuilder().setDigest(SECOND.value()))
        .build();
  }

  private static ImageDigest digest(String digit) {
    return new ImageDigest("sha256:" + digit.repeat(64));
  }
}
