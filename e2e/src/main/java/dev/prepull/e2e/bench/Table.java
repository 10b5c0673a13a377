package dev.prepull.e2e.bench;

import java.util.ArrayList;
import java.util.List;

/** A table in Markdown. */
final class Table {

  private final String title;
  private final List<String> lines = new ArrayList<>();

  Table(String title, String... columns) {
    this.title = title;
    row(columns);
    lines.add("|" + "---|".repeat(columns.length));
  }

  void row(String... cells) {
    lines.add("| " + String.join(" | ", cells) + " |");
  }

  /** {@code OK} or {@code MISSED}. */
  static String verdict(boolean met) {
    return met ? "OK" : "MISSED";
  }

  @Override
  public String toString() {
    return "%n### %s%n%n%s%n".formatted(title, String.join(System.lineSeparator(), lines));
  }
}
