package dev.prepull.e2e.testbed;

import java.util.SortedSet;

/**
 * What a runtime says when it is asked for a name, as the kubelet asks.
 *
 * @param digests the repository digests of that image, {@code sha256:…}
 * @param pinned whether the runtime tells the kubelet to leave it alone
 */
public record ResolvedImage(SortedSet<String> digests, boolean pinned) {}
