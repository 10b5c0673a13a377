package dev.prepull.controller.list;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** Guesses what somebody meant to write. */
final class Suggestion {

  private static final int CLOSE = 2;

  private Suggestion() {}

  /** "did you mean …", or the whole choice when nothing is close. */
  static String among(Collection<String> known, String written) {
    return known.stream()
        .filter(candidate -> distance(candidate, written) <= tolerated(candidate))
        .min(Comparator.comparingInt(candidate -> distance(candidate, written)))
        .map("did you mean %s?"::formatted)
        .orElseGet(() -> "expected one of " + String.join(", ", known));
  }

  /** How many letters may be wrong: in a short word fewer, or everything resembles it. */
  private static int tolerated(String candidate) {
    return Math.min(CLOSE, candidate.length() / 3);
  }

  /** The Levenshtein distance, upper and lower case being the same. */
  private static int distance(String candidate, String written) {
    String left = candidate.toLowerCase(Locale.ROOT);
    String right = written.toLowerCase(Locale.ROOT);
    int[] row = new int[right.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= left.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int substituted = diagonal + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[right.length()];
  }
}
