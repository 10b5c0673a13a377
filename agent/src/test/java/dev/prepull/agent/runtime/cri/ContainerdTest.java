package dev.prepull.agent.runtime.cri;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.prepull.agent.runtime.ImageEvents;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.agent.runtime.cri.FakeCriServer.Answer;
import dev.prepull.agent.runtime.cri.containerd.events.v1.Envelope;
import dev.prepull.agent.runtime.cri.containerd.events.v1.ImageEvent;
import dev.prepull.agent.runtime.cri.containerd.events.v1.PublishRequest;
import dev.prepull.agent.runtime.cri.containerd.events.v1.SubscribeRequest;
import dev.prepull.agent.runtime.cri.containerd.images.v1.Descriptor;
import dev.prepull.agent.runtime.cri.containerd.images.v1.GetImageRequest;
import dev.prepull.agent.runtime.cri.containerd.images.v1.GetImageResponse;
import dev.prepull.agent.runtime.cri.containerd.images.v1.Image;
import dev.prepull.agent.runtime.cri.containerd.images.v1.UpdateImageRequest;
import dev.prepull.agent.runtime.cri.containerd.images.v1.UpdateImageResponse;
import dev.prepull.agent.runtime.cri.v1.ImageStatusRequest;
import dev.prepull.agent.runtime.cri.v1.ImageStatusResponse;
import dev.prepull.model.ImageReference;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the adapter writes to containerd's own services; the rest is proved on the real one. */
class ContainerdTest {

  private static final String IMAGES = "containerd.services.images.v1.Images";
  private static final String EVENTS = "containerd.services.events.v1.Events";
  private static final Instant DELETED_AT = Instant.parse("2026-01-01T00:00:00Z");
  private static final String DIGEST = "sha256:" + "1".repeat(64);
  private static final ImageReference APP = ImageReference.parse("reg.example/team/app:1");
  private static final String LABEL = "io.cri-containerd.pinned";

  @TempDir Path directory;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private final List<UpdateImageRequest> updates = new CopyOnWriteArrayList<>();
  private Image image =
      Image.newBuilder()
          .setName(APP.stored())
          .putLabels("io.cri-containerd.image", "managed")
          .setTarget(Descriptor.newBuilder().setDigest(DIGEST).setSize(9).putAnnotations("a", "b"))
          .setUpdatedAt(Timestamp.newBuilder().setSeconds(7).setNanos(42))
          .build();
  private boolean showsPins = true;
  private FakeCriServer server;
  private CriRuntime runtime;

  @BeforeEach
  void serve() throws Exception {
    Path socket = directory.resolve("cri.sock");
    server =
        new FakeCriServer(vertx, socket)
            .greet("containerd")
            .on(
                "runtime.v1.ImageService",
                "ImageStatus",
                ImageStatusRequest.newBuilder(),
                request -> new Answer.Message(status()))
            .on(
                IMAGES,
                "Get",
                GetImageRequest.newBuilder(),
                request ->
                    new Answer.Message(GetImageResponse.newBuilder().setImage(image).build()))
            .on(IMAGES, "Update", UpdateImageRequest.newBuilder(), this::update);
    runtime = CriRuntime.open(vertx, socket, Clock.systemUTC());
  }

  @AfterEach
  void stop() throws Exception {
    runtime.close();
    server.close();
    FakeCriServer.await(vertx.close());
  }

  private Answer update(UpdateImageRequest request) {
    updates.add(request);
    image = image.toBuilder().putAllLabels(request.getImage().getLabelsMap()).build();
    return new Answer.Message(UpdateImageResponse.getDefaultInstance());
  }

  private ImageStatusResponse status() {
    boolean pinned = showsPins && "pinned".equals(image.getLabelsMap().get(LABEL));
    return ImageStatusResponse.newBuilder()
        .setImage(
            dev.prepull.agent.runtime.cri.v1.Image.newBuilder()
                .setId("sha256:id")
                .addRepoTags(APP.stored())
                .addRepoDigests(APP.name() + "@" + DIGEST)
                .setPinned(pinned))
        .build();
  }

  @Test
  void writesThePinAloneAndCopiesTheTargetWithoutWhichContainerdCrashes() throws Exception {
    boolean pinned = runtime.pin(APP, true);

    assertThat(pinned).isTrue();
    assertThat(updates)
        .singleElement()
        .satisfies(update -> {
          assertThat(update.getUpdateMask().getPathsList()).containsExactly("labels." + LABEL);
          assertThat(update.getImage().getLabelsMap()).containsEntry(LABEL, "pinned");
          assertThat(update.getImage().getTarget()).isEqualTo(image.getTarget());
        });
  }

  @Test
  void doesNotWriteAPinThatIsThere() throws Exception {
    assertThat(runtime.pin(APP, true)).isTrue();
    updates.clear();

    boolean pinned = runtime.pin(APP, true);

    assertThat(pinned).isTrue();
    assertThat(updates).isEmpty();
  }

  @Test
  void takesAPinBackThatCriDoesNotShow() throws Exception {
    showsPins = false;

    boolean pinned = runtime.pin(APP, true);

    assertThat(pinned).isFalse();
    assertThat(image.getLabelsMap()).containsEntry(LABEL, "");
  }

  @Test
  void stampsANameWithTheTimeOfItsLastChange() throws Exception {
    assertThat(runtime.stamp(APP)).contains("7.000000042");
  }

  @Test
  void watchesOnlyOnceAnEventOfItsOwnHasComeBack() throws Exception {
    CompletableFuture<Consumer<Message>> stream = new CompletableFuture<>();
    AtomicInteger published = new AtomicInteger();
    server.on(
        EVENTS, "Subscribe", SubscribeRequest.newBuilder(), request -> new Answer.Stream(stream));
    server.on(
        EVENTS,
        "Publish",
        PublishRequest.newBuilder(),
        (PublishRequest request) -> {
          if (published.incrementAndGet() == 3) {
            stream.join().accept(envelope(request.getTopic(), request.getEvent()));
          }
          return new Answer.Message(com.google.protobuf.Empty.getDefaultInstance());
        });
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    Thread watcher = watch(told);

    assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("watching");
    assertThat(published).hasValue(3);
    stream.join().accept(deletion(DIGEST));
    stream.join().accept(deletion(APP.stored()));
    assertThat(told.poll(10, TimeUnit.SECONDS))
        .as("the name, and not the id under which CRI stores the image as well")
        .isEqualTo(APP.stored() + " at " + DELETED_AT);

    watcher.interrupt();
    assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("interrupted");
  }

  private Thread watch(BlockingQueue<String> told) {
    ImageEvents events =
        new ImageEvents() {
          @Override
          public void watching() {
            told.add("watching");
          }

          @Override
          public void changed(String name, Instant at) {
            told.add(name + " at " + at);
          }
        };
    return Thread.startVirtualThread(() -> {
      try {
        runtime.watch(Instant.EPOCH, events);
      } catch (RuntimeUnavailableException e) {
        told.add(String.valueOf(e.getMessage()));
      } catch (InterruptedException e) {
        told.add("interrupted");
      }
    });
  }

  private static Envelope deletion(String name) {
    ImageEvent event = ImageEvent.newBuilder().setName(name).build();
    return envelope("/images/delete", Any.newBuilder().setValue(event.toByteString()).build());
  }

  private static Envelope envelope(String topic, Any event) {
    return Envelope.newBuilder()
        .setTimestamp(Timestamp.newBuilder().setSeconds(DELETED_AT.getEpochSecond()))
        .setNamespace("k8s.io")
        .setTopic(topic)
        .setEvent(event)
        .build();
  }
}
