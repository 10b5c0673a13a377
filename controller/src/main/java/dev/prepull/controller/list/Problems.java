package dev.prepull.controller.list;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Gathers what is wrong with one ConfigMap, up to a bound, and what deserves a warning. */
final class Problems {

  private static final int MOST = 20;
  private static final int SHOWN_LENGTH = 80;

  /** Control and format characters, lone surrogates, and spaces other than the common one. */
  private static final Pattern INVISIBLE = Pattern.compile("[\\p{C}\\p{Z}&&[^ \t]]");

  private final String configMap;
  private final List<Problem> errors = new ArrayList<>();
  private final Set<Problem> warnings = new LinkedHashSet<>();
  private int errorsLeftOut;
  private int warningsLeftOut;

  Problems(String configMap) {
    this.configMap = configMap;
  }

  /** Something about the ConfigMap as a whole, or, when it is named, about a whole key. */
  void errorOfWhole(@Nullable String key, String expected) {
    add(new Problem(configMap, key, 0, 0, "", expected));
  }

  void error(Place place, String found, String expected) {
    add(problem(place, found, expected));
  }

  /** A warning about the same thing, such as a default that many images share, counts once. */
  void warn(Place place, String found, String what) {
    Problem warning = problem(place, found, what);
    if (warnings.size() < MOST) {
      warnings.add(warning);
    } else if (!warnings.contains(warning)) {
      warningsLeftOut++;
    }
  }

  private Problem problem(Place place, String found, String text) {
    return new Problem(
        configMap, place.key(), place.line(), place.column(), shortened(found), visible(text));
  }

  private void add(Problem problem) {
    if (errors.size() < MOST) {
      errors.add(problem);
    } else {
      errorsLeftOut++;
    }
  }

  boolean isEmpty() {
    return errors.isEmpty();
  }

  int count() {
    return errors.size() + errorsLeftOut;
  }

  List<Problem> errors() {
    return withRest(errors, errorsLeftOut, "problems");
  }

  List<Problem> warnings() {
    return withRest(warnings, warningsLeftOut, "warnings");
  }

  private List<Problem> withRest(Collection<Problem> told, int leftOut, String what) {
    List<Problem> all = new ArrayList<>(told);
    if (leftOut > 0) {
      all.add(new Problem(configMap, null, 0, 0, "", "and %d more %s".formatted(leftOut, what)));
    }
    return all;
  }

  private static String shortened(String text) {
    String line = visible(text.lines().findFirst().orElse(""));
    return line.length() <= SHOWN_LENGTH ? line : line.substring(0, SHOWN_LENGTH) + "…";
  }

  /** The text with every character that nobody sees written by its number. */
  private static String visible(String text) {
    return INVISIBLE
        .matcher(text)
        .replaceAll(found -> "<U+%04X>".formatted(found.group().codePointAt(0)));
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
