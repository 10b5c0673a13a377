package dev.prepull.controller.list;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Gathers what is wrong with one ConfigMap, up to a bound, and what deserves a warning. */
final class Problems {

  private static final int MOST = 20;
  private static final int SHOWN_LENGTH = 80;

  private final String configMap;
  private final List<Problem> errors = new ArrayList<>();
  private final List<Problem> warnings = new ArrayList<>();
  private int suppressed;

  Problems(String configMap) {
    this.configMap = configMap;
  }

  /** Something about the ConfigMap as a whole, or, when it is named, about a whole key. */
  void errorOfWhole(@Nullable String key, String expected) {
    add(new Problem(configMap, key, 0, 0, "", expected));
  }

  void error(Place place, String found, String expected) {
    add(
        new Problem(
            configMap, place.key(), place.line(), place.column(), shortened(found), expected));
  }

  void warn(Place place, String found, String what) {
    warnings.add(
        new Problem(configMap, place.key(), place.line(), place.column(), shortened(found), what));
  }

  private void add(Problem problem) {
    if (errors.size() < MOST) {
      errors.add(problem);
    } else {
      suppressed++;
    }
  }

  boolean isEmpty() {
    return errors.isEmpty();
  }

  List<Problem> errors() {
    List<Problem> all = new ArrayList<>(errors);
    if (suppressed > 0) {
      all.add(new Problem(configMap, null, 0, 0, "", "and %d more problems".formatted(suppressed)));
    }
    return all;
  }

  List<Problem> warnings() {
    return warnings;
  }

  private static String shortened(String text) {
    String line = text.lines().findFirst().orElse("");
    return line.length() <= SHOWN_LENGTH ? line : line.substring(0, SHOWN_LENGTH) + "…";
  }

  /**
   * Where something stands.
   *
   * @param line from 1
   * @param column from 1
   */
  record Place(String key, int line, int column) {

    static Place of(String key, Node node) {
      return node.getStartMark().map(mark -> of(key, mark)).orElseGet(() -> new Place(key, 0, 0));
    }

    static Place of(String key, Mark mark) {
      return new Place(key, mark.getLine() + 1, mark.getColumn() + 1);
    }
  }

  /** What stands at a node, in a form to be shown. */
  static String shown(Node node) {
    return switch (node.getNodeType()) {
      case SCALAR -> node instanceof ScalarNode scalar ? scalar.getValue() : "";
      case SEQUENCE -> "a list";
      case MAPPING -> "a mapping";
      case ANCHOR -> "an anchor";
    };
  }
}
