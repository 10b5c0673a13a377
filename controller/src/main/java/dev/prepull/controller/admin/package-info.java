/** Health, readiness, metrics and the API over HTTP. */
@NullMarked
package dev.prepull.controller.admin;

import org.jspecify.annotations.NullMarked;
