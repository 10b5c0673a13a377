package dev.prepull.model;

/** One image that a node shall hold. */
public record PlannedImage(ImageReference reference, ImagePolicy policy) {}
