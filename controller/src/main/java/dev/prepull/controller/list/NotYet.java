package dev.prepull.controller.list;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * The fields that are checked and accepted but have no effect in this version. Each that a list
 * uses is told in a warning, once.
 */
final class NotYet {

  /** Field, and the value that has an effect already; empty where none has. */
  private static final Map<String, String> FIELDS =
      Map.of(
          "rollout", "",
          "pullPolicy", "IfNotPresent",
          "refreshInterval", "",
          "pullSecrets", "",
          "serviceAccounts", "",
          "pin", "false",
          "maxSize", "",
          "onRemoval", "Keep",
          "onDrift", "Converge");

  private final YamlReader yaml;
  private final Set<String> told = new LinkedHashSet<>();

  NotYet(YamlReader yaml) {
    this.yaml = yaml;
  }

  void check(Map<String, Node> fields) {
    fields.forEach((name, node) -> {
      String effective = FIELDS.get(name);
      if (effective != null && !Problems.shown(node).equals(effective) && told.add(name)) {
        yaml.warn(node, name, "is accepted but has no effect in this version");
      }
    });
  }
}
