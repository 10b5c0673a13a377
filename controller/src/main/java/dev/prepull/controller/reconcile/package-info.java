/**
 * The loop: any trigger, plan, send what changed, status. It declares the ports that the edges
 * implement.
 */
@NullMarked
package dev.prepull.controller.reconcile;

import org.jspecify.annotations.NullMarked;
