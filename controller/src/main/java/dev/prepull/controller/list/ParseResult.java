package dev.prepull.controller.list;

import java.util.List;

/** What became of a {@link RawList}. */
public sealed interface ParseResult {

  /** It is a list, with things to be told about it. */
  record Accepted(PrePullList list, List<Problem> warnings) implements ParseResult {

    /** Copies the warnings. */
    public Accepted {
      warnings = List.copyOf(warnings);
    }
  }

  /** It is none, for these reasons; there is at least one. */
  record Rejected(List<Problem> problems) implements ParseResult {

    /** Copies the problems. */
    public Rejected {
      problems = List.copyOf(problems);
    }
  }
}
