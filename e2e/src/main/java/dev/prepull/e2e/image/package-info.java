/**
 * The container images, made without a container engine: an OCI layout on disk, which skopeo brings
 * to a registry. What {@code hack/images.sh} runs.
 */
@NullMarked
package dev.prepull.e2e.image;

import org.jspecify.annotations.NullMarked;
