/** Certificates of the link: how they are made, kept and renewed. */
@NullMarked
package dev.prepull.controller.tls;

import org.jspecify.annotations.NullMarked;
