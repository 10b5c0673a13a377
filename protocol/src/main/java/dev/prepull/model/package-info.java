/** Values that both sides share; they depend on the JDK alone. */
@NullMarked
package dev.prepull.model;

import org.jspecify.annotations.NullMarked;
