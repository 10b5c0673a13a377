package dev.prepull.e2e.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Repeated measurements of one thing. */
final class Figures {

  private final List<Double> values = new ArrayList<>();

  void add(double value) {
    values.add(value);
  }

  double median() {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  double most() {
    return values.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
  }

  int count() {
    return values.size();
  }

  /** Median and range, such as {@code 16 ms (14–21, n=9)}. */
  String text(String unit) {
    double least = values.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
    return "%s %s (%s–%s, n=%d)"
        .formatted(number(median()), unit, number(least), number(most()), count());
  }

  /** With as many decimals as tell something. */
  static String number(double value) {
    return String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.2f" : "%.0f", value);
  }
}
