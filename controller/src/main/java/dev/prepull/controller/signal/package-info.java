/** What Nodes tell others of their images, and when that has to be written. */
@NullMarked
package dev.prepull.controller.signal;

import org.jspecify.annotations.NullMarked;
