/** Pure: from lists and nodes to one sorted plan per node. */
@NullMarked
package dev.prepull.controller.plan;

import org.jspecify.annotations.NullMarked;
