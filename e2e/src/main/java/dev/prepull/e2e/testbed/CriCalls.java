package dev.prepull.e2e.testbed;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Calls CRI as the kubelet does, past our own adapter: gRPC by curl, messages by field number.
 *
 * @see <a href="https://github.com/kubernetes/cri-api/blob/master/pkg/apis/runtime/v1/api.proto">
 *     the numbers</a>
 */
final class CriCalls {

  private static final int PREFIX_BYTES = 5;
  private static final long NODE_NETWORK = 2;

  private final Path socket;

  CriCalls(Path socket) {
    this.socket = socket;
  }

  /** The image that the name resolves to. */
  Optional<ResolvedImage> image(String reference) {
    UnknownFieldSet answer = call("ImageService/ImageStatus", message(1, imageSpec(reference)));
    return parts(answer, 1).stream()
        .findFirst()
        .map(CriCalls::parsed)
        .map(image ->
            new ResolvedImage(
                new TreeSet<>(
                    parts(image, 3).stream()
                        .map(ByteString::toStringUtf8)
                        .map(name -> name.substring(name.indexOf('@') + 1))
                        .toList()),
                image.getField(8).getVarintList().contains(1L)));
  }

  /** Pulls, whether the image is there or not. */
  void pull(String reference) {
    var _ = call("ImageService/PullImage", message(1, imageSpec(reference)));
  }

  /**
   * Makes a Pod on the node's network with one container of that image, which runs {@code /pause}.
   *
   * @return the Pod's id
   */
  String runPod(String image, boolean started) {
    UnknownFieldSet pod = podConfig(UUID.randomUUID().toString());
    String podId = text(call("RuntimeService/RunPodSandbox", message(1, pod)), 1);
    UnknownFieldSet container =
        merged(
            message(1, text(1, "pause")),
            message(2, imageSpec(image)),
            text(3, "/pause"),
            message(15, message(2, UnknownFieldSet.getDefaultInstance())));
    String containerId =
        text(
            call(
                "RuntimeService/CreateContainer",
                merged(text(1, podId), message(2, container), message(3, pod))),
            1);
    if (started) {
      var _ = call("RuntimeService/StartContainer", text(1, containerId));
    }
    return podId;
  }

  private static UnknownFieldSet podConfig(String uid) {
    UnknownFieldSet nodeNetwork =
        message(
            2,
            message(
                1,
                UnknownFieldSet.newBuilder()
                    .addField(1, UnknownFieldSet.Field.newBuilder().addVarint(NODE_NETWORK).build())
                    .build()));
    return merged(
        message(1, merged(text(1, "pod-" + uid), text(2, uid), text(3, "default"))),
        message(8, nodeNetwork));
  }

  /** Stops and removes a Pod and its containers. */
  void removePod(String podId) {
    var _ = call("RuntimeService/StopPodSandbox", text(1, podId));
    var _ = call("RuntimeService/RemovePodSandbox", text(1, podId));
  }

  private static UnknownFieldSet imageSpec(String reference) {
    return text(1, reference);
  }

  private UnknownFieldSet call(String method, UnknownFieldSet request) {
    try {
      Path question = Files.createTempFile("prepull-cri", ".question");
      Path answer = Files.createTempFile("prepull-cri", ".answer");
      try {
        Files.write(question, framed(request.toByteArray()));
        String headers =
            Commands.run(
                List.of(
                    "curl",
                    "--silent",
                    "--show-error",
                    "--http2-prior-knowledge",
                    "--max-time",
                    "60",
                    "--unix-socket",
                    socket.toString(),
                    "--header",
                    "content-type: application/grpc",
                    "--header",
                    "te: trailers",
                    "--data-binary",
                    "@" + question,
                    "--dump-header",
                    "-",
                    "--output",
                    answer.toString(),
                    "http://localhost/runtime.v1." + method));
        byte[] bytes = Files.readAllBytes(answer);
        if (!headers.contains("grpc-status: 0") || bytes.length < PREFIX_BYTES) {
          throw new TestbedException(
              "%s on %s: %s".formatted(method, socket, headers.replaceAll("\\s+", " ")));
        }
        return parsed(ByteString.copyFrom(bytes, PREFIX_BYTES, bytes.length - PREFIX_BYTES));
      } finally {
        Files.delete(question);
        Files.delete(answer);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Uncompressed, and its length. */
  private static byte[] framed(byte[] message) {
    return ByteBuffer.allocate(PREFIX_BYTES + message.length)
        .put((byte) 0)
        .putInt(message.length)
        .put(message)
        .array();
  }

  private static UnknownFieldSet parsed(ByteString bytes) {
    try {
      return UnknownFieldSet.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new TestbedException("is no protobuf message: " + e.getMessage(), e);
    }
  }

  private static UnknownFieldSet text(int field, String value) {
    return bytes(field, ByteString.copyFrom(value, StandardCharsets.UTF_8));
  }

  private static UnknownFieldSet message(int field, UnknownFieldSet value) {
    return bytes(field, value.toByteString());
  }

  private static UnknownFieldSet bytes(int field, ByteString value) {
    return UnknownFieldSet.newBuilder()
        .addField(field, UnknownFieldSet.Field.newBuilder().addLengthDelimited(value).build())
        .build();
  }

  private static UnknownFieldSet merged(UnknownFieldSet... fields) {
    UnknownFieldSet.Builder all = UnknownFieldSet.newBuilder();
    for (UnknownFieldSet field : fields) {
      all.mergeFrom(field);
    }
    return all.build();
  }

  private static List<ByteString> parts(UnknownFieldSet message, int field) {
    return message.getField(field).getLengthDelimitedList();
  }

  private static String text(UnknownFieldSet message, int field) {
    return parts(message, field).getFirst().toStringUtf8();
  }
}
