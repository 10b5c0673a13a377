package dev.prepull.agent.runtime.docker;

import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import dev.prepull.agent.runtime.RemovalOutcome;
import dev.prepull.agent.runtime.RemovalOutcome.Kept;
import dev.prepull.agent.runtime.RemovalOutcome.Removed;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.model.HeldImage;
import dev.prepull.model.HeldName;
import dev.prepull.model.ImageReference;
import java.util.List;
import java.util.Optional;

/**
 * Takes single names away. With the last tag of a repository Docker takes away the digests by which
 * the image was pulled from there, and with the last name of all the image.
 */
final class DockerRemoval {

  private static final int SHORT_ID = 12;

  private final DockerConnection connection;
  private final DockerInventory inventory;

  DockerRemoval(DockerConnection connection, DockerInventory inventory) {
    this.connection = connection;
    this.inventory = inventory;
  }

  RemovalOutcome remove(ImageReference reference)
      throws RuntimeUnavailableException, InterruptedException {
    Optional<HeldImage> held = inventory.find(reference);
    if (held.isEmpty()) {
      return new Removed();
    }
    Optional<String> need = need(held.get(), reference);
    if (need.isPresent()) {
      return new Kept(need.get());
    }
    return connection.call(
        "remove " + reference,
        docker -> {
          try {
            docker.removeImageCmd(reference.stored()).exec();
            return new Removed();
          } catch (NotFoundException e) {
            return new Removed();
          } catch (ConflictException e) {
            // A container may have begun to use it since.
            return new Kept(DockerWords.of(e));
          }
        });
  }

  private Optional<String> need(HeldImage image, ImageReference reference)
      throws RuntimeUnavailableException, InterruptedException {
    List<Container> containers =
        connection.call(
            "list containers", docker -> docker.listContainersCmd().withShowAll(true).exec());
    for (Container container : containers) {
      if (image.id().equals(container.getImageId())) {
        return Optional.of(
            "container %s (%s) uses it".formatted(name(container), container.getState()));
      }
    }
    return reference.digest().isPresent() ? tagBeside(image, reference) : Optional.empty();
  }

  private static String name(Container container) {
    String[] names = container.getNames();
    if (names == null || names.length == 0) {
      String id = container.getId();
      return id.substring(0, Math.min(SHORT_ID, id.length()));
    }
    return names[0].startsWith("/") ? names[0].substring(1) : names[0];
  }

  /** Docker knows a tag's digest only by the image's other names in the repository. */
  private static Optional<String> tagBeside(HeldImage image, ImageReference reference) {
    return image.names().stream()
        .map(HeldName::name)
        .filter(name -> name.startsWith(reference.name() + ":"))
        .findFirst()
        .map("Docker would no longer know the digest of %s"::formatted);
  }
}
