/** The gRPC server that agents attach to. */
@NullMarked
package dev.prepull.controller.link;

import org.jspecify.annotations.NullMarked;
