package dev.prepull.controller.webhook;

import java.util.List;

/** What the API server is told. */
sealed interface Verdict {

  /** It may be stored, and whoever stores it should read these. */
  record Allowed(List<String> warnings) implements Verdict {

    /** Copies the warnings. */
    public Allowed {
      warnings = List.copyOf(warnings);
    }
  }

  /** It is not stored, for these reasons; there is at least one. */
  record Refused(List<String> problems) implements Verdict {

    /** Copies the problems. */
    public Refused {
      problems = List.copyOf(problems);
    }
  }
}
