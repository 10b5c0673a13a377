package dev.prepull.agent.runtime.cri;

import dev.prepull.agent.runtime.cri.v1.Image;
import dev.prepull.agent.runtime.cri.v1.ImageFsInfoRequest;
import dev.prepull.agent.runtime.cri.v1.ImageSpec;
import dev.prepull.agent.runtime.cri.v1.ImageStatusRequest;
import dev.prepull.agent.runtime.cri.v1.ImageStatusResponse;
import dev.prepull.agent.runtime.cri.v1.ListImagesRequest;
import dev.prepull.model.HeldImage;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** What a CRI runtime holds. */
final class CriInventory {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final GrpcCalls calls;
  private final CriFlavour flavour;

  CriInventory(GrpcCalls calls, CriFlavour flavour) {
    this.calls = calls;
    this.flavour = flavour;
  }

  /** CRI's answer to a name or an id; empty when it has none. */
  static Optional<Image> status(GrpcCalls calls, String name)
      throws GrpcCallException, InterruptedException {
    ImageStatusRequest request =
        ImageStatusRequest.newBuilder().setImage(ImageSpec.newBuilder().setImage(name)).build();
    ImageStatusResponse status = calls.call(CriMethods.IMAGE_STATUS, request, TIMEOUT);
    return status.hasImage() ? Optional.of(status.getImage()) : Optional.empty();
  }

  List<HeldImage> list() throws GrpcCallException, InterruptedException {
    return held(
        calls
            .call(CriMethods.LIST_IMAGES, ListImagesRequest.getDefaultInstance(), TIMEOUT)
            .getImagesList());
  }

  Optional<HeldImage> find(ImageReference reference)
      throws GrpcCallException, InterruptedException {
    // The runtime also answers to the first digits of an image id, which a name may look like.
    Optional<Image> image =
        status(calls, reference.forRuntime())
            .filter(
                found -> CriImages.held(found, TagDigests.UNKNOWN).named(reference).isPresent());
    return image.isEmpty() ? Optional.empty() : Optional.of(held(List.of(image.get())).getFirst());
  }

  /** The image, if the reference resolves to that digest now. */
  Optional<HeldImage> find(ImageReference reference, ImageDigest digest)
      throws GrpcCallException, InterruptedException {
    return find(reference).filter(image -> image.resolves(reference, digest));
  }

  private List<HeldImage> held(Collection<Image> images)
      throws GrpcCallException, InterruptedException {
    List<String> open = images.stream().map(CriImages::openTags).flatMap(List::stream).toList();
    TagDigests exactly = open.isEmpty() ? TagDigests.UNKNOWN : flavour.digests(open);
    List<HeldImage> held = new ArrayList<>();
    for (Image image : images) {
      held.add(CriImages.held(image, exactly));
    }
    return held;
  }

  /** Where images are kept; containerd does not tell for the first 10 s or so. */
  Optional<Path> directory() throws GrpcCallException, InterruptedException {
    return calls
        .call(CriMethods.IMAGE_FS_INFO, ImageFsInfoRequest.getDefaultInstance(), TIMEOUT)
        .getImageFilesystemsList()
        .stream()
        .map(usage -> usage.getFsId().getMountpoint())
        .filter(mountpoint -> !mountpoint.isEmpty())
        .map(Path::of)
        .findFirst();
  }
}
