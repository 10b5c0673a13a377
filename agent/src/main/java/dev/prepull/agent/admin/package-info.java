/** Health, readiness, metrics and the node's images over HTTP. */
@NullMarked
package dev.prepull.agent.admin;

import org.jspecify.annotations.NullMarked;
