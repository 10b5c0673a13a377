/** The validating webhook: says of a list what the controller would say, before it is stored. */
@NullMarked
package dev.prepull.controller.webhook;

import org.jspecify.annotations.NullMarked;
