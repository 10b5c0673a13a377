/**
 * The edges for running without an API server: lists from a file, nodes from the agents that
 * attach.
 */
@NullMarked
package dev.prepull.controller.standalone;

import org.jspecify.annotations.NullMarked;
