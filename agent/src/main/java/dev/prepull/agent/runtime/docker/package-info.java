/** The Docker Engine adapter, through docker-java; its types never leave this package. */
@NullMarked
package dev.prepull.agent.runtime.docker;

import org.jspecify.annotations.NullMarked;
