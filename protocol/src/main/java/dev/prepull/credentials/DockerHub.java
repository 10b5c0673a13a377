package dev.prepull.credentials;

import dev.prepull.model.ImageReference;
import java.util.Set;

/** The names that Docker's own registry goes by in configs. */
public final class DockerHub {

  private static final String REGISTRY = "docker.io";

  /** What {@code docker login} writes, and asks credential helpers for. */
  private static final String LOGIN_SERVER = "https://index.docker.io/v1/";

  private static final Set<String> OTHER_HOSTS = Set.of("index.docker.io", "registry-1.docker.io");

  private DockerHub() {}

  /** The name under which {@code docker login} keeps the credential of an image's registry. */
  public static String loginServer(ImageReference image) {
    return holds(image) ? LOGIN_SERVER : image.registry();
  }

  /** Whether the image lies there. */
  static boolean holds(ImageReference image) {
    return image.registry().equals(REGISTRY);
  }

  /** Whether the pattern means it by another name than that of image references. */
  static boolean isMeantBy(RegistryPattern pattern) {
    return OTHER_HOSTS.contains(pattern.host()) && pattern.port().isEmpty();
  }
}
