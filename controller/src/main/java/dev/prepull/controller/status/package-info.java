/** Pure: from plans and reports to what the cluster sees. */
@NullMarked
package dev.prepull.controller.status;

import org.jspecify.annotations.NullMarked;
