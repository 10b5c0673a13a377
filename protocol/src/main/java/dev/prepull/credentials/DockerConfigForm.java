package dev.prepull.credentials;

import java.nio.file.Path;

/** The two forms that docker has given its config. */
public enum DockerConfigForm {
  /**
   * {@code {"auths": {"HOST": {…}}}}: {@code .docker/config.json} and {@code .dockerconfigjson}.
   */
  CONFIG_JSON(".dockerconfigjson", "{\"auths\": {\"HOST\": {\"auth\": …}}}"),
  /** {@code {"HOST": {…}}}: the older {@code .dockercfg}. */
  DOCKERCFG(".dockercfg", "{\"HOST\": {\"auth\": …}}");

  private final String secretKey;
  private final String example;

  DockerConfigForm(String secretKey, String example) {
    this.secretKey = secretKey;
    this.example = example;
  }

  /** The key under which a Secret holds it. */
  public String secretKey() {
    return secretKey;
  }

  /** How it looks, for messages. */
  String example() {
    return example;
  }

  /** The form that a file of that name has. */
  public static DockerConfigForm of(Path file) {
    return file.endsWith(DOCKERCFG.secretKey) ? DOCKERCFG : CONFIG_JSON;
  }
}
