/** What the controller has yet to be told, one report per image. */
@NullMarked
package dev.prepull.agent.report;

import org.jspecify.annotations.NullMarked;
