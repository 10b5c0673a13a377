package dev.prepull.model;

import org.jspecify.annotations.Nullable;

/**
 * A name under which a runtime holds an image.
 *
 * @param name the canonical name, {@code registry/repository:tag} or {@code
 *     registry/repository@digest}
 * @param digest the repository digest that the name resolves to; null when the image has none, as
 *     after a local build
 */
public record HeldName(String name, @Nullable ImageDigest digest) {}
