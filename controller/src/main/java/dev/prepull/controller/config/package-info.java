/** What the controller is told at its start. */
@NullMarked
package dev.prepull.controller.config;

import org.jspecify.annotations.NullMarked;
