package dev.prepull.controller.list;

import java.util.Collection;

/** Guesses what somebody meant to write. */
final class Suggestion {

  private static final int CLOSE = 2;

  private Suggestion() {}

  /** "did you mean …", or the whole choice when nothing is close. */
  static String among(Collection<String> known, String written) {
    for (String candidate : known) {
      if (candidate.equalsIgnoreCase(written) || distance(candidate, written) <= CLOSE) {
        return "did you mean %s?".formatted(candidate);
      }
    }
    return "expected one of " + String.join(", ", known);
  }

  /** The Levenshtein distance. */
  private static int distance(String left, String right) {
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
