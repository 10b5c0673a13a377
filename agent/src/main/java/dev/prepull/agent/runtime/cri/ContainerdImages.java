package dev.prepull.agent.runtime.cri;

import dev.prepull.agent.runtime.cri.containerd.images.v1.GetImageRequest;
import dev.prepull.agent.runtime.cri.containerd.images.v1.GetImageResponse;
import dev.prepull.agent.runtime.cri.containerd.images.v1.Image;
import dev.prepull.agent.runtime.cri.containerd.images.v1.ListImagesRequest;
import dev.prepull.agent.runtime.cri.containerd.images.v1.ListImagesResponse;
import dev.prepull.model.ImageDigest;
import io.vertx.grpc.common.GrpcStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Containerd's own image service, which knows exactly what each name stands for. CRI only groups
 * names by image id, and one id may have come under several digests of one repository.
 */
final class ContainerdImages {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** Up to so many tags are asked for one by one rather than with all others. */
  private static final int FEW = 3;

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
      GetImageRequest request = GetImageRequest.newBuilder().setName(tag).build();
      try {
        for (GetImageResponse answer :
            calls.callAll(
                CriMethods.IMAGES_GET, request, ContainerdContentStore.NAMESPACE, TIMEOUT)) {
          images.add(answer.getImage());
        }
      } catch (GrpcCallException e) {
        if (e.code() != GrpcStatus.NOT_FOUND) {
          throw e;
        }
      }
    }
    return images;
  }

  private List<Image> all() throws GrpcCallException, InterruptedException {
    return calls
        .callAll(
            CriMethods.IMAGES_LIST,
            ListImagesRequest.getDefaultInstance(),
            ContainerdContentStore.NAMESPACE,
            TIMEOUT)
        .stream()
        .map(ListImagesResponse::getImagesList)
        .flatMap(List::stream)
        .toList();
  }
}
