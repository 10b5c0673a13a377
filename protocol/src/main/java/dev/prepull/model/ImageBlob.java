package dev.prepull.model;

/**
 * A part of an image as a registry stores it: its configuration or a layer.
 *
 * @param sizeBytes compressed
 */
public record ImageBlob(ImageDigest digest, long sizeBytes) {}
