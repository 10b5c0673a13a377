/** The only user of the Kubernetes client: informers in, status and Events out. */
@NullMarked
package dev.prepull.controller.kube;

import org.jspecify.annotations.NullMarked;
