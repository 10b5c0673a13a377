package dev.prepull.agent.runtime.cri;

import com.google.protobuf.FieldMask;
import com.google.protobuf.Message;
import dev.prepull.agent.runtime.cri.containerd.images.v1.CreateImageRequest;
import dev.prepull.agent.runtime.cri.containerd.images.v1.DeleteImageRequest;
import dev.prepull.agent.runtime.cri.containerd.images.v1.Descriptor;
import dev.prepull.agent.runtime.cri.containerd.images.v1.GetImageRequest;
import dev.prepull.agent.runtime.cri.containerd.images.v1.GetImageResponse;
import dev.prepull.agent.runtime.cri.containerd.images.v1.Image;
import dev.prepull.agent.runtime.cri.containerd.images.v1.ListImagesRequest;
import dev.prepull.agent.runtime.cri.containerd.images.v1.ListImagesResponse;
import dev.prepull.agent.runtime.cri.containerd.images.v1.UpdateImageRequest;
import dev.prepull.model.ImageDigest;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Containerd's own image service, which knows exactly what each name stands for. CRI only groups
 * names by image id, and one id may have come under several digests of one repository. CRI follows
 * what is written here a moment later, by containerd's events.
 */
final class ContainerdImages {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** Up to so many tags are asked for one by one rather than with all others. */
  private static final int FEW = 3;

  /** How often a name is written anew because somebody else changed it meanwhile. */
  private static final int TRIES = 3;

  private final GrpcCalls calls;

  ContainerdImages(GrpcCalls calls) {
    this.calls = calls;
  }

  /** What the tags stand for now. */
  TagDigests of(Collection<String> tags) throws GrpcCallException, InterruptedException {
    Map<String, ImageDigest> digests = new HashMap<>();
    for (Image image : tags.size() <= FEW ? each(tags) : all()) {
      try {
        digests.put(image.getName(), new ImageDigest(image.getTarget().getDigest()));
      } catch (IllegalArgumentException e) {
        continue; // a target of an unknown algorithm tells nothing that CRI does not
      }
    }
    return tag -> Optional.ofNullable(digests.get(tag));
  }

  private List<Image> each(Collection<String> tags) throws GrpcCallException, InterruptedException {
    List<Image> images = new ArrayList<>();
    for (String tag : tags) {
      get(tag).ifPresent(images::add);
    }
    return images;
  }

  /** The name as it stands now. */
  Optional<Image> get(String name) throws GrpcCallException, InterruptedException {
    GetImageRequest request = GetImageRequest.newBuilder().setName(name).build();
    try {
      return ask(ContainerdMethods.IMAGES_GET, request).stream()
          .map(GetImageResponse::getImage)
          .findFirst();
    } catch (GrpcCallException e) {
      if (e.code() == GrpcStatus.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Every name. */
  List<Image> all() throws GrpcCallException, InterruptedException {
    return list(ListImagesRequest.getDefaultInstance());
  }

  /** Every name that stands for that digest. */
  List<Image> withTarget(ImageDigest digest) throws GrpcCallException, InterruptedException {
    return list(
        ListImagesRequest.newBuilder()
            .addFilters("target.digest==\"%s\"".formatted(digest))
            .build());
  }

  private List<Image> list(ListImagesRequest request)
      throws GrpcCallException, InterruptedException {
    return ask(ContainerdMethods.IMAGES_LIST, request).stream()
        .map(ListImagesResponse::getImagesList)
        .flatMap(List::stream)
        .toList();
  }

  /** Lets the name stand for the target, whatever it stood for; its labels stay. */
  void set(String name, Descriptor target) throws GrpcCallException, InterruptedException {
    for (int tries = 1; ; tries++) {
      Optional<Image> old = get(name);
      if (old.isPresent() && old.get().getTarget().getDigest().equals(target.getDigest())) {
        return;
      }
      Image image = Image.newBuilder().setName(name).setTarget(target).build();
      try {
        if (old.isEmpty()) {
          var _ =
              ask(
                  ContainerdMethods.IMAGES_CREATE,
                  CreateImageRequest.newBuilder().setImage(image).build());
        } else {
          update(image, "target");
        }
        return;
      } catch (GrpcCallException e) {
        boolean changedMeanwhile =
            e.code() == GrpcStatus.ALREADY_EXISTS || e.code() == GrpcStatus.NOT_FOUND;
        if (!changedMeanwhile || tries == TRIES) {
          throw e;
        }
      }
    }
  }

  /** Writes one label; the empty value takes it away. */
  void label(Image image, String key, String value) throws GrpcCallException, InterruptedException {
    update(
        Image.newBuilder()
            .setName(image.getName())
            .setTarget(image.getTarget())
            .putLabels(key, value)
            .build(),
        "labels." + key);
  }

  private void update(Image image, String field) throws GrpcCallException, InterruptedException {
    UpdateImageRequest request =
        UpdateImageRequest.newBuilder()
            .setImage(image)
            .setUpdateMask(FieldMask.newBuilder().addPaths(field))
            .build();
    var _ = ask(ContainerdMethods.IMAGES_UPDATE, request);
  }

  /** Takes the name away, if it is there. */
  void delete(String name) throws GrpcCallException, InterruptedException {
    try {
      var _ =
          ask(
              ContainerdMethods.IMAGES_DELETE,
              DeleteImageRequest.newBuilder().setName(name).build());
    } catch (GrpcCallException e) {
      if (e.code() != GrpcStatus.NOT_FOUND) {
        throw e;
      }
    }
  }

  private <Q extends Message, S extends Message> List<S> ask(ServiceMethod<S, Q> method, Q request)
      throws GrpcCallException, InterruptedException {
    return calls.callAll(method, request, ContainerdContentStore.NAMESPACE, TIMEOUT);
  }
}
