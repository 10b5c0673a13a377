/** Pure: from a ConfigMap's text to a PrePullList, or to every problem in it. */
@NullMarked
package dev.prepull.controller.list;

import org.jspecify.annotations.NullMarked;
