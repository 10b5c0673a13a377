package dev.prepull.controller.list;

/** A number of nodes, or a percentage of them. */
public sealed interface Share {

  /** That many. */
  record Count(int nodes) implements Share {}

  /** That percentage, from 0 to 100. */
  record Percent(int percent) implements Share {}
}
