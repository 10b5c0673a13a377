/**
 * Tokens of cloud registries, asked for with the controller's own identity. The only user of the
 * cloud SDKs, whose classes are loaded when the first token is asked for.
 */
@NullMarked
package dev.prepull.controller.credentials;

import org.jspecify.annotations.NullMarked;
