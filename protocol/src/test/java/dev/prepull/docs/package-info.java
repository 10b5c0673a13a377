/** What the documentation promises about itself. */
@NullMarked
package dev.prepull.docs;

import org.jspecify.annotations.NullMarked;
