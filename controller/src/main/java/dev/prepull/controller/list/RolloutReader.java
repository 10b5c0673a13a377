package dev.prepull.controller.list;

import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads the {@code rollout} of a list. */
final class RolloutReader {

  private static final List<String> FIELDS =
      List.of("canaryNodes", "maxNodesPulling", "maxPullsPerRegistry", "failureTolerance");
  private static final int MOST_NODES = 1_000_000;
  private static final int MOST_PERCENT = 100;

  private final YamlReader yaml;

  RolloutReader(YamlReader yaml) {
    this.yaml = yaml;
  }

  RolloutSettings read(Node node) {
    RolloutSettings standard = RolloutSettings.DEFAULT;
    SequencedMap<String, Node> fields = yaml.fields(node, FIELDS);
    return new RolloutSettings(
        number(fields.get("canaryNodes"), 0, standard.canaryNodes()),
        share(fields.get("maxNodesPulling"), 1, standard.maxNodesPulling()),
        number(fields.get("maxPullsPerRegistry"), 1, standard.maxPullsPerRegistry()),
        share(fields.get("failureTolerance"), 0, standard.failureTolerance()));
  }

  private int number(@Nullable Node node, int least, int standard) {
    return node == null ? standard : yaml.number(node, least, MOST_NODES).orElse(standard);
  }

  private Share share(@Nullable Node node, int least, Share standard) {
    if (node == null) {
      return standard;
    }
    String expected =
        "expected a number of nodes from %d, or a percentage such as 25%%".formatted(least);
    Optional<String> text = yaml.anyScalar(node, "a number of nodes or a percentage");
    if (text.isEmpty()) {
      return standard;
    }
    String digits = text.get().endsWith("%") ? text.get().replaceFirst("%$", "") : text.get();
    boolean percent = digits.length() < text.get().length();
    if (digits.matches("\\d{1,7}")) {
      int number = Integer.parseInt(digits);
      if (number >= least && number <= (percent ? MOST_PERCENT : MOST_NODES)) {
        return percent ? new Share.Percent(number) : new Share.Count(number);
      }
    }
    yaml.error(node, expected);
    return standard;
  }
}
