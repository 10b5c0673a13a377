package dev.prepull.e2e.image;

import java.nio.file.Path;
import java.util.List;

/** What an image is built on. */
sealed interface ImageBase {

  /** Of packages of Debian. */
  record Debian() implements ImageBase {}

  /** An image of a registry. */
  record Pulled(String reference) implements ImageBase {}

  /** What the label {@code org.opencontainers.image.base.name} says. */
  default String name() {
    return switch (this) {
      case Debian() -> "debian packages of " + DebianBase.RELEASE;
      case Pulled(String reference) -> reference;
    };
  }

  /** Adds its layers for that architecture. */
  default List<Layer> addTo(OciLayout layout, Path work, String architecture) {
    return switch (this) {
      case Debian() -> {
        Path root = work.resolve("root-" + architecture);
        DebianBase.make(root, architecture);
        yield List.of(layout.layer(root, List.of("."), ""));
      }
      case Pulled(String reference) ->
          Skopeo.pull(reference, architecture, work.resolve("base-" + architecture), layout);
    };
  }
}
