package dev.prepull.agent.runtime.cri;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import dev.prepull.agent.runtime.ImageEvents;
import dev.prepull.agent.runtime.cri.containerd.events.v1.Envelope;
import dev.prepull.agent.runtime.cri.containerd.events.v1.ImageEvent;
import dev.prepull.agent.runtime.cri.containerd.events.v1.PublishRequest;
import dev.prepull.agent.runtime.cri.containerd.events.v1.SubscribeRequest;
import io.vertx.grpc.common.GrpcStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Containerd's stream of events about the images of Kubernetes.
 *
 * <p>Containerd does not say when a subscription stands: the stream stays silent until the first
 * event. So an event of our own is published until it comes back.
 */
final class ContainerdEvents {

  private static final String IMAGES = "/images/";
  private static final String ID_PREFIX = "sha256:";
  private static final String PROBE = "/prepull/watching";
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final Duration PROBE_INTERVAL = Duration.ofMillis(50);
  private static final int PROBES = 100;

  private final GrpcCalls calls;
  private final ByteString mark;

  /**
   * Subscribes with {@link #tell}.
   *
   * @param mark tells our probes from those of another agent
   */
  ContainerdEvents(GrpcCalls calls, String mark) {
    this.calls = calls;
    this.mark = ByteString.copyFromUtf8(mark);
  }

  /** Tells of every event until the stream ends or the caller is interrupted. */
  void tell(ImageEvents events) throws GrpcCallException, InterruptedException {
    CountDownLatch standing = new CountDownLatch(1);
    SubscribeRequest request =
        SubscribeRequest.newBuilder()
            .addFilters("namespace==\"k8s.io\",topic~=\"^%s\"".formatted(IMAGES))
            .addFilters("namespace==\"k8s.io\",topic==\"%s\"".formatted(PROBE))
            .build();
    try (GrpcCall<Envelope> stream =
        calls.listen(
            ContainerdMethods.EVENTS_SUBSCRIBE,
            request,
            ContainerdContentStore.NAMESPACE,
            envelope -> {
              if (envelope.getTopic().startsWith(IMAGES)) {
                tell(envelope, events);
              } else if (envelope.getEvent().getValue().equals(mark)) {
                standing.countDown();
              }
            })) {
      probe(stream, standing);
      events.watching();
      var _ = stream.answers();
    }
  }

  /** CRI stores each image under its id as well; that says nothing which its names do not. */
  private static void tell(Envelope envelope, ImageEvents events) {
    String name = name(envelope);
    if (!name.startsWith(ID_PREFIX)) {
      Timestamp at = envelope.getTimestamp();
      events.changed(name, Instant.ofEpochSecond(at.getSeconds(), at.getNanos()));
    }
  }

  private void probe(GrpcCall<Envelope> stream, CountDownLatch standing)
      throws GrpcCallException, InterruptedException {
    PublishRequest request =
        PublishRequest.newBuilder()
            .setTopic(PROBE)
            .setEvent(Any.newBuilder().setTypeUrl("dev.prepull.Watching").setValue(mark))
            .build();
    for (int i = 0; i < PROBES; i++) {
      var _ =
          calls.callAll(
              ContainerdMethods.EVENTS_PUBLISH, request, ContainerdContentStore.NAMESPACE, TIMEOUT);
      if (standing.await(PROBE_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
      if (stream.endsWithin(Duration.ZERO)) {
        var _ = stream.answers();
        break;
      }
    }
    throw new GrpcCallException(
        GrpcStatus.DEADLINE_EXCEEDED, "the stream of events does not carry what is published");
  }

  private static String name(Envelope envelope) {
    try {
      return ImageEvent.parseFrom(envelope.getEvent().getValue()).getName();
    } catch (InvalidProtocolBufferException e) {
      return ""; // something happened to some image, which is all that a listener relies on
    }
  }
}
