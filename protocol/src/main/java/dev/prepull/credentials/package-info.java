/**
 * What registries may be shown: docker configs read, and the kubelet's rules of which fits where.
 */
@NullMarked
package dev.prepull.credentials;

import org.jspecify.annotations.NullMarked;
