package dev.prepull.controller.credentials;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** A cloud whose registries take tokens instead of passwords. */
public enum Cloud {
  /** Amazon's Elastic Container Registry, private and public. */
  ECR,
  /** Google's Artifact Registry, and the Container Registry before it. */
  GOOGLE,
  /** Microsoft's Azure Container Registry. */
  ACR;

  /** The one of that word. */
  public static Optional<Cloud> of(String word) {
    return Arrays.stream(values()).filter(cloud -> cloud.word().equals(word)).findFirst();
  }

  /** How flags and messages name it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
