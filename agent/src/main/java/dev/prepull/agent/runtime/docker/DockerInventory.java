package dev.prepull.agent.runtime.docker;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Image;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.model.HeldImage;
import dev.prepull.model.ImageReference;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the daemon holds. */
final class DockerInventory {

  private final DockerConnection connection;

  DockerInventory(DockerConnection connection) {
    this.connection = connection;
  }

  List<HeldImage> list() throws RuntimeUnavailableException, InterruptedException {
    List<Image> images = connection.call("list images", docker -> docker.listImagesCmd().exec());
    return images.stream().map(DockerInventory::held).toList();
  }

  Optional<HeldImage> find(ImageReference reference)
      throws RuntimeUnavailableException, InterruptedException {
    Optional<InspectImageResponse> inspected =
        connection.call(
            "look for image " + reference,
            docker -> {
              try {
                return Optional.of(docker.inspectImageCmd(reference.forRuntime()).exec());
              } catch (NotFoundException e) {
                return Optional.empty();
              }
            });
    // Docker also answers to the first digits of an image id, which a name may look like.
    return inspected.map(DockerInventory::held).filter(image -> image.named(reference).isPresent());
  }

  private static HeldImage held(Image image) {
    return DockerImages.held(
        image.getId(),
        asList(image.getRepoTags()),
        asList(image.getRepoDigests()),
        image.getSize());
  }

  private static HeldImage held(InspectImageResponse image) {
    return DockerImages.held(
        String.valueOf(image.getId()),
        image.getRepoTags(),
        image.getRepoDigests(),
        image.getSize());
  }

  private static List<String> asList(String @Nullable [] names) {
    return names == null ? List.of() : List.of(names);
  }
}
