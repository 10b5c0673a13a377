/** The CRI v1 adapter, for containerd and CRI-O, over the runtime's unix socket. */
@NullMarked
package dev.prepull.agent.runtime.cri;

import org.jspecify.annotations.NullMarked;
