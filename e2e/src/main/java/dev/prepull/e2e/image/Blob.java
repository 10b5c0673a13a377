package dev.prepull.e2e.image;

/**
 * Content that is in an {@link OciLayout}.
 *
 * @param digest {@code sha256:…}
 * @param size in bytes
 */
record Blob(String mediaType, String digest, long size) {

  /** As it stands in a manifest. */
  String descriptor() {
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}"
        .formatted(mediaType, digest, size);
  }
}
