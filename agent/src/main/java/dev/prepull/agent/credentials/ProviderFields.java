package dev.prepull.agent.credentials;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields of an object in a CredentialProviderConfig. What is wrong goes to a list, by its path;
 * no value is shown that may be secret.
 */
record ProviderFields(String path, Map<?, ?> fields, List<String> problems) {

  /** The fields of a value, none of which has another name. */
  static ProviderFields of(
      String path, @Nullable Object value, Set<String> known, List<String> problems) {
    Map<?, ?> map = Map.of();
    if (value instanceof Map<?, ?> found) {
      map = found;
    } else {
      problems.add("%s: expected an object with %s".formatted(path, sorted(known)));
    }
    ProviderFields fields = new ProviderFields(path, map, problems);
    for (Object name : map.keySet()) {
      if (!known.contains(name)) {
        fields.wrong(String.valueOf(name), "unknown field; expected one of " + sorted(known));
      }
    }
    return fields;
  }

  private static String sorted(Set<String> names) {
    return String.join(", ", names.stream().sorted().toList());
  }

  /** A text; the empty one when it is missing, which is a problem, or is none. */
  String requiredText(String name, String expected) {
    if (fields.get(name) instanceof String text && !text.isEmpty()) {
      return text;
    }
    wrong(
        name,
        fields.get(name) == null ? "is missing; expected " + expected : "expected " + expected);
    return "";
  }

  /** A text; the empty one when it is missing or is none. */
  String text(String name) {
    Object value = fields.get(name);
    if (value != null && !(value instanceof String)) {
      wrong(name, "expected a text; write it in quotes");
    }
    return value instanceof String text ? text : "";
  }

  /** A list of texts. */
  List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    for (Object item : items(name)) {
      if (item instanceof String text) {
        texts.add(text);
      } else {
        wrong(name, "expected a list of texts; write each in quotes");
      }
    }
    return texts;
  }

  /** A list; the empty one when it is missing or is none. */
  List<?> items(String name) {
    Object value = fields.get(name);
    if (value != null && !(value instanceof List)) {
      wrong(name, "expected a list");
    }
    return value instanceof List<?> list ? list : List.of();
  }

  /** A truth value. */
  Optional<Boolean> truth(String name) {
    if (fields.get(name) instanceof Boolean truth) {
      return Optional.of(truth);
    }
    wrong(name, "expected true or false");
    return Optional.empty();
  }

  boolean has(String name) {
    return fields.get(name) != null;
  }

  String at(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  void wrong(String name, String what) {
    problems.add(at(name) + ": " + what);
  }
}
