/** The controller: reads PrePullList ConfigMaps and tells every node's agent what to hold. */
@NullMarked
package dev.prepull.controller;

import org.jspecify.annotations.NullMarked;
