package dev.prepull.agent.runtime.cri;

import com.google.protobuf.Timestamp;
import dev.prepull.agent.runtime.cri.containerd.content.v1.Info;
import dev.prepull.agent.runtime.cri.containerd.content.v1.InfoRequest;
import dev.prepull.agent.runtime.cri.containerd.content.v1.ListContentRequest;
import dev.prepull.agent.runtime.cri.containerd.content.v1.ListContentResponse;
import dev.prepull.agent.runtime.cri.containerd.content.v1.ListStatusesRequest;
import dev.prepull.agent.runtime.cri.containerd.content.v1.ListStatusesResponse;
import dev.prepull.agent.runtime.cri.containerd.content.v1.ReadContentRequest;
import dev.prepull.agent.runtime.cri.containerd.content.v1.ReadContentResponse;
import dev.prepull.agent.runtime.cri.containerd.content.v1.Status;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Containerd's content service, in the namespace of Kubernetes.
 *
 * <p>Blobs carry labels that say whence they came and what they refer to. The pull writes the first
 * kind anew each time, whether or not the blob was there, and containerd notes the time.
 *
 * @see <a
 *     href="https://github.com/containerd/containerd/blob/main/docs/content-flow.md">containerd,
 *     content flow</a>
 */
final class ContainerdContentStore implements ContentStore {

  /** The metadata with which containerd's services know the images of Kubernetes. */
  static final Map<String, String> NAMESPACE = Map.of("containerd-namespace", "k8s.io");

  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final String SOURCE_LABEL = "containerd.io/distribution.source.";
  private static final String CONFIG_LABEL = "containerd.io/gc.ref.content.config";
  private static final String MANIFEST_LABEL = "containerd.io/gc.ref.content.m.";

  /** Larger manifests exist only to harm; the OCI specification lets registries refuse them too. */
  private static final long MAX_MANIFEST_BYTES = 4L << 20;

  private static final Pattern INGEST =
      Pattern.compile("[a-z]+-(?:.*@)?(?<digest>sha[0-9]+:[0-9a-f]+)");

  private final GrpcCalls calls;

  ContainerdContentStore(GrpcCalls calls) {
    this.calls = calls;
  }

  @Override
  public Map<ImageDigest, Long> arriving() throws GrpcCallException, InterruptedException {
    Map<ImageDigest, Long> arriving = new HashMap<>();
    for (ListStatusesResponse answer :
        ask(ContainerdMethods.CONTENT_LIST_STATUSES, ListStatusesRequest.getDefaultInstance())) {
      for (Status status : answer.getStatusesList()) {
        Matcher ref = INGEST.matcher(status.getRef());
        if (ref.matches()) {
          digest(ref.group("digest")).ifPresent(blob -> arriving.put(blob, status.getOffset()));
        }
      }
    }
    return arriving;
  }

  @Override
  public Set<ImageDigest> manifests(ImageReference reference, Instant since)
      throws GrpcCallException, InterruptedException {
    ListContentRequest request =
        ListContentRequest.newBuilder()
            .addFilters("labels.\"%s\",%s".formatted(CONFIG_LABEL, isOf(reference)))
            .build();
    Set<ImageDigest> manifests = new HashSet<>();
    for (ListContentResponse answer : ask(ContainerdMethods.CONTENT_LIST, request)) {
      for (Info info : answer.getInfoList()) {
        Optional<ImageDigest> manifest = digest(info.getDigest());
        if (manifest.isPresent() && !touched(manifest.get(), info).isBefore(since)) {
          manifests.add(manifest.get());
        }
      }
    }
    return manifests;
  }

  private Instant touched(ImageDigest manifest, Info listed)
      throws GrpcCallException, InterruptedException {
    // Before 2.0, containerd leaves the time out of lists; 1.6 writes the year 1 instead.
    boolean known = listed.getUpdatedAt().getSeconds() > 0;
    Info info = known ? listed : info(manifest).orElse(listed);
    return instant(info.getUpdatedAt());
  }

  private static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  /** The label's key is the host without port, its value the repositories joined by commas. */
  private static String isOf(ImageReference reference) {
    String host = reference.registry().replaceFirst(":[0-9]+$", "");
    String repository = reference.repository().replace(".", "[.]");
    return "labels.\"%s%s\"~=\"(^|,)%s(,|$)\"".formatted(SOURCE_LABEL, host, repository);
  }

  @Override
  public Set<ImageDigest> listedBy(ImageDigest index)
      throws GrpcCallException, InterruptedException {
    Set<ImageDigest> manifests = new HashSet<>();
    info(index)
        .ifPresent(info ->
            info.getLabelsMap()
                .forEach((key, value) -> {
                  if (key.startsWith(MANIFEST_LABEL)) {
                    digest(value).ifPresent(manifests::add);
                  }
                }));
    return manifests;
  }

  @Override
  public Optional<Map<ImageDigest, Long>> blobs(ImageDigest manifest)
      throws GrpcCallException, InterruptedException {
    Optional<Info> info = info(manifest);
    if (info.isEmpty() || info.get().getSize() > MAX_MANIFEST_BYTES) {
      return Optional.empty();
    }
    ReadContentRequest request =
        ReadContentRequest.newBuilder().setDigest(manifest.value()).build();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (ReadContentResponse part : ask(ContainerdMethods.CONTENT_READ, request)) {
      bytes.writeBytes(part.getData().toByteArray());
    }
    return blobs(bytes.toString(StandardCharsets.UTF_8));
  }

  /** Config and layers of a manifest; empty when the text is no manifest. */
  static Optional<Map<ImageDigest, Long>> blobs(String manifest) {
    try {
      JsonObject json = new JsonObject(manifest);
      JsonArray descriptors = new JsonArray().add(json.getJsonObject("config"));
      descriptors.addAll(json.getJsonArray("layers"));
      Map<ImageDigest, Long> blobs = new LinkedHashMap<>();
      for (int i = 0; i < descriptors.size(); i++) {
        JsonObject descriptor = descriptors.getJsonObject(i);
        blobs.put(new ImageDigest(descriptor.getString("digest")), descriptor.getLong("size"));
      }
      return Optional.of(blobs);
    } catch (DecodeException
        | ClassCastException
        | NullPointerException
        | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  @Override
  public Optional<Instant> arrived(ImageDigest blob)
      throws GrpcCallException, InterruptedException {
    return info(blob).map(info -> instant(info.getCreatedAt()));
  }

  private Optional<Info> info(ImageDigest blob) throws GrpcCallException, InterruptedException {
    try {
      InfoRequest request = InfoRequest.newBuilder().setDigest(blob.value()).build();
      return ask(ContainerdMethods.CONTENT_INFO, request).stream()
          .map(answer -> answer.getInfo())
          .findFirst();
    } catch (GrpcCallException e) {
      if (e.code() == GrpcStatus.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private <Q, S> List<S> ask(ServiceMethod<S, Q> method, Q request)
      throws GrpcCallException, InterruptedException {
    return calls.callAll(method, request, NAMESPACE, TIMEOUT);
  }

  private static Optional<ImageDigest> digest(String text) {
    try {
      return Optional.of(new ImageDigest(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
