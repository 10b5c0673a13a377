package dev.prepull.e2e.testbed;

import java.time.Instant;

/**
 * A request that somebody made of a registry, such as {@code GET /v2/team/app/manifests/1}.
 *
 * @param at when it came, as exactly as the registry tells
 */
public record RegistryRequest(Instant at, String method, String path) {

  /** Whether it asked for bytes of a layer or a configuration. */
  public boolean isForBlob() {
    return path.contains("/blobs/");
  }

  /** Whether it asked for a manifest or an index, or for what is known of it. */
  public boolean isForManifest() {
    return path.contains("/manifests/");
  }

  /** Whether it asked what a tag means. */
  public boolean isByTag() {
    return isForManifest() && !path.contains("/manifests/sha256:");
  }
}
