package dev.prepull.controller.list;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.Parser;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Reads YAML (and so JSON) by type. What has another type than asked for becomes a problem with its
 * place, and the reader returns nothing for it.
 */
final class YamlReader {

  private static final int MAX_CODE_POINTS = 4 << 20;

  private final String key;
  private final Problems problems;

  YamlReader(String key, Problems problems) {
    this.key = key;
    this.problems = problems;
  }

  /** The one document of the text. */
  Optional<Node> document(String text) {
    LoadSettings settings =
        LoadSettings.builder().setLabel(key).setCodePointLimit(MAX_CODE_POINTS).build();
    try {
      Parser parser = new ParserImpl(settings, new StreamReader(settings, text));
      Optional<Node> root = new Composer(settings, new BoundedDepth(parser)).getSingleNode();
      if (root.isEmpty()) {
        problems.errorOfWhole(key, "is empty; expected a mapping with images");
      }
      return root;
    } catch (MarkedYamlEngineException e) {
      Problems.Place place =
          e.getProblemMark()
              .or(e::getContextMark)
              .map(mark -> Problems.Place.of(key, mark))
              .orElseGet(() -> new Problems.Place(key, 0, 0));
      problems.error(place, lineOf(text, place.line()), "is not YAML: " + said(e));
      return Optional.empty();
    } catch (ReaderException e) {
      Problems.Place place = placeOf(text, e.getPosition());
      problems.error(
          place,
          lineOf(text, place.line()),
          "is not YAML: it has the character U+%04X".formatted(e.getCodePoint()));
      return Optional.empty();
    } catch (YamlEngineException e) {
      problems.errorOfWhole(key, "is not YAML: " + e.getMessage());
      return Optional.empty();
    }
  }

  /** The parser's words; some of its sentences begin in the context. */
  private static String said(MarkedYamlEngineException e) {
    String problem = String.valueOf(e.getProblem());
    return problem.startsWith("but ") ? e.getContext() + ", " + problem : problem;
  }

  private Problems.Place placeOf(String text, int codePoints) {
    String before = text.substring(0, text.offsetByCodePoints(0, codePoints));
    int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
    return new Problems.Place(key, line, before.length() - before.lastIndexOf('\n'));
  }

  private static String lineOf(String text, int line) {
    return line == 0 ? "" : text.lines().skip(line - 1L).findFirst().orElse("").strip();
  }

  /** The fields of a mapping; unknown and repeated ones are problems. */
  SequencedMap<String, Node> fields(Node node, List<String> known) {
    SequencedMap<String, Node> fields = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping(node, "a mapping with " + String.join(", ", known))) {
      String name = Problems.shown(tuple.getKeyNode());
      if (!known.contains(name)) {
        error(tuple.getKeyNode(), "is no field here; " + Suggestion.among(known, name));
      } else if (fields.putIfAbsent(name, tuple.getValueNode()) != null) {
        error(tuple.getKeyNode(), "stands here twice; expected it once");
      }
    }
    return fields;
  }

  /** A mapping of text to text, such as labels. */
  Map<String, String> texts(Node node, String expected) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping(node, expected)) {
      String name = Problems.shown(tuple.getKeyNode());
      text(tuple.getValueNode(), "a text")
          .ifPresent(value -> {
            if (texts.putIfAbsent(name, value) != null) {
              error(tuple.getKeyNode(), "stands here twice; expected it once");
            }
          });
    }
    return texts;
  }

  private List<NodeTuple> mapping(Node node, String expected) {
    if (node instanceof MappingNode mapping) {
      return mapping.getValue();
    }
    error(node, "expected " + expected);
    return List.of();
  }

  /** The items of a list. */
  List<Node> items(Node node, String expected) {
    if (node instanceof SequenceNode sequence) {
      return sequence.getValue();
    }
    error(node, "expected " + expected);
    return List.of();
  }

  /** A list of texts; nothing when one of them is none. */
  Optional<List<String>> textItems(Node node, String expected) {
    if (!(node instanceof SequenceNode sequence)) {
      error(node, "expected " + expected);
      return Optional.empty();
    }
    List<String> texts = new ArrayList<>();
    for (Node item : sequence.getValue()) {
      text(item, "a text").ifPresent(texts::add);
    }
    return texts.size() == sequence.getValue().size() ? Optional.of(texts) : Optional.empty();
  }

  /** A text; a number or a truth value must be quoted to be one. */
  Optional<String> text(Node node, String expected) {
    if (node instanceof ScalarNode scalar) {
      if (scalar.getTag().equals(Tag.STR)) {
        return Optional.of(scalar.getValue());
      }
      boolean missing = scalar.getTag().equals(Tag.NULL);
      error(
          node,
          missing
              ? "expected " + expected + ", but nothing stands here"
              : "expected %s; YAML takes this for another type, so write it in quotes: \"%s\""
                  .formatted(expected, scalar.getValue()));
      return Optional.empty();
    }
    error(node, "expected " + expected);
    return Optional.empty();
  }

  /** A scalar's text, whatever type YAML takes it for. */
  Optional<String> anyScalar(Node node, String expected) {
    if (node instanceof ScalarNode scalar && !scalar.getTag().equals(Tag.NULL)) {
      return Optional.of(scalar.getValue());
    }
    error(node, "expected " + expected);
    return Optional.empty();
  }

  /** A whole number within bounds. */
  Optional<Integer> number(Node node, int least, int most) {
    String expected = "expected a whole number from %d to %d".formatted(least, most);
    if (node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.INT)) {
      try {
        int number = Integer.parseInt(scalar.getValue());
        if (number >= least && number <= most) {
          return Optional.of(number);
        }
      } catch (NumberFormatException e) {
        // said below, with the bounds
      }
    }
    error(node, expected);
    return Optional.empty();
  }

  /** A truth value. */
  Optional<Boolean> truth(Node node) {
    if (node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.BOOL)) {
      return Optional.of(Boolean.valueOf(scalar.getValue()));
    }
    error(node, "expected true or false");
    return Optional.empty();
  }

  void error(Node node, String expected) {
    problems.error(place(node), Problems.shown(node), expected);
  }

  void warn(Node node, String found, String what) {
    problems.warn(place(node), found, what);
  }

  Problems.Place place(Node node) {
    return Problems.Place.of(key, node);
  }
}
