package dev.prepull.model;

import org.jspecify.annotations.Nullable;

/**
 * One image that a node shall hold.
 *
 * @param locked the digest that every node shall resolve the reference to; null until it is known
 */
public record PlannedImage(
    ImageReference reference, @Nullable ImageDigest locked, ImagePolicy policy) {}
