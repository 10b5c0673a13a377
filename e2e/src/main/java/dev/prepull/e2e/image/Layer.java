package dev.prepull.e2e.image;

/**
 * A layer that is in an {@link OciLayout}.
 *
 * @param blob compressed
 * @param diffId digest of what it is uncompressed
 */
record Layer(Blob blob, String diffId) {}
