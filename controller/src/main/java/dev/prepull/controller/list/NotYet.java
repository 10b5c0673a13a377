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

  private static final Set<String> FIELDS = Set.of("pullSecrets", "serviceAccounts");

  private final YamlReader yaml;
  private final Set<String> told = new LinkedHashSet<>();

  NotYet(YamlReader yaml) {
    this.yaml = yaml;
  }

  void check(Map<String, Node> fields) {
    fields.forEach((name, node) -> {
      if (FIELDS.contains(name) && told.add(name)) {
        yaml.warn(node, name, "is accepted but has no effect in this version");
      }
    });
  }
}
