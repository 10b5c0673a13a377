/** What both programs share at their edge: flags, exit codes and an orderly stop. */
@NullMarked
package dev.prepull.program;

import org.jspecify.annotations.NullMarked;
