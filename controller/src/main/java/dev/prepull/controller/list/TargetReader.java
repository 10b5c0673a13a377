package dev.prepull.controller.list;

import dev.prepull.controller.list.NodeSelectorTerm.Operator;
import dev.prepull.controller.list.NodeSelectorTerm.Requirement;
import dev.prepull.model.Platform;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads which nodes an image is meant for, by the rules of the Kubernetes API. */
final class TargetReader {

  private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
  private static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";
  private static final List<String> EFFECTS =
      List.of("NoSchedule", "PreferNoSchedule", "NoExecute");
  private static final String NODE_NAME_FIELD = "metadata.name";

  private final YamlReader yaml;

  /**
   * By the nodes that it was read from: thousands of images may share the target of the defaults.
   */
  private final Map<List<@Nullable Node>, NodeTarget> targets = new HashMap<>();

  TargetReader(YamlReader yaml) {
    this.yaml = yaml;
  }

  NodeTarget read(Map<String, Node> fields) {
    Node selector = fields.get("nodeSelector");
    Node affinity = fields.get("nodeAffinity");
    Node tolerations = fields.get("tolerations");
    Node platforms = fields.get("platforms");
    return targets.computeIfAbsent(
        Arrays.asList(selector, affinity, tolerations, platforms),
        ignored ->
            new NodeTarget(
                selector(selector),
                affinity(affinity),
                tolerations(tolerations),
                platforms(platforms)));
  }

  private Map<String, String> selector(@Nullable Node node) {
    if (node == null) {
      return Map.of();
    }
    Map<String, String> labels = yaml.texts(node, "a mapping of labels, such as {gpu: \"true\"}");
    labels.forEach((key, value) -> {
      if (!Labels.isKey(key)) {
        yaml.error(node, "\"%s\" is no label key".formatted(key));
      }
      if (!Labels.isValue(value)) {
        yaml.error(node, "\"%s\" is no label value".formatted(value));
      }
    });
    return labels;
  }

  // --- affinity ---

  private List<NodeSelectorTerm> affinity(@Nullable Node node) {
    if (node == null) {
      return List.of();
    }
    SequencedMap<String, Node> fields = yaml.fields(node, List.of(REQUIRED, PREFERRED));
    Node preferred = fields.get(PREFERRED);
    if (preferred != null) {
      yaml.error(
          preferred, "a node either shall hold the image or not; expected " + REQUIRED + " alone");
    }
    Node required = fields.get(REQUIRED);
    if (required == null) {
      if (preferred == null && fields.isEmpty()) {
        yaml.error(node, "expected " + REQUIRED);
      }
      return List.of();
    }
    Node terms = yaml.fields(required, List.of("nodeSelectorTerms")).get("nodeSelectorTerms");
    if (terms == null) {
      yaml.error(required, "expected nodeSelectorTerms");
      return List.of();
    }
    List<Node> items = yaml.items(terms, "a list of terms");
    if (items.isEmpty()) {
      yaml.error(terms, "expected at least one term");
    }
    return items.stream().map(this::term).toList();
  }

  private NodeSelectorTerm term(Node node) {
    SequencedMap<String, Node> fields =
        yaml.fields(node, List.of("matchExpressions", "matchFields"));
    return new NodeSelectorTerm(
        requirements(fields.get("matchExpressions"), false),
        requirements(fields.get("matchFields"), true));
  }

  private List<Requirement> requirements(@Nullable Node node, boolean ofFields) {
    List<Requirement> requirements = new ArrayList<>();
    if (node != null) {
      for (Node item : yaml.items(node, "a list of requirements")) {
        requirement(item, ofFields).ifPresent(requirements::add);
      }
    }
    return requirements;
  }

  private Optional<Requirement> requirement(Node node, boolean ofFields) {
    SequencedMap<String, Node> fields = yaml.fields(node, List.of("key", "operator", "values"));
    Optional<String> key = required(node, fields, "key");
    Optional<Operator> operator =
        required(node, fields, "operator")
            .flatMap(word -> operator(fields.getOrDefault("operator", node), word));
    Node valuesNode = fields.get("values");
    Optional<List<String>> values =
        valuesNode == null ? Optional.of(List.of()) : yaml.textItems(valuesNode, "a list of texts");
    if (key.isEmpty() || operator.isEmpty() || values.isEmpty()) {
      return Optional.empty();
    }
    Requirement requirement = new Requirement(key.get(), operator.get(), values.get());
    check(node, requirement, ofFields);
    return Optional.of(requirement);
  }

  private Optional<Operator> operator(Node node, String word) {
    Optional<Operator> operator =
        Arrays.stream(Operator.values()).filter(o -> o.word().equals(word)).findFirst();
    if (operator.isEmpty()) {
      List<String> words = Arrays.stream(Operator.values()).map(Operator::word).toList();
      yaml.error(node, "is no operator; " + Suggestion.among(words, word));
    }
    return operator;
  }

  private void check(Node node, Requirement requirement, boolean ofFields) {
    int values = requirement.values().size();
    if (ofFields) {
      boolean byName = requirement.key().equals(NODE_NAME_FIELD) && values == 1;
      boolean inOrNot =
          requirement.operator() == Operator.IN || requirement.operator() == Operator.NOT_IN;
      if (!byName || !inOrNot) {
        yaml.error(node, "expected metadata.name with operator In or NotIn and one value");
      }
      return;
    }
    if (!Labels.isKey(requirement.key())) {
      yaml.error(node, "\"%s\" is no label key".formatted(requirement.key()));
    }
    switch (requirement.operator()) {
      case IN, NOT_IN -> {
        if (values == 0) {
          yaml.error(node, "expected values, for In and NotIn compare with them");
        }
      }
      case EXISTS, DOES_NOT_EXIST -> {
        if (values > 0) {
          yaml.error(node, "expected no values, for Exists and DoesNotExist look at the key alone");
        }
      }
      case GT, LT -> {
        if (values != 1 || !requirement.values().getFirst().matches("-?\\d{1,18}")) {
          yaml.error(node, "expected one whole number in quotes as the value of Gt or Lt");
        }
      }
    }
  }

  // --- tolerations ---

  private @Nullable List<Toleration> tolerations(@Nullable Node node) {
    if (node == null) {
      return null;
    }
    return yaml.items(node, "a list of tolerations").stream().map(this::toleration).toList();
  }

  private Toleration toleration(Node node) {
    SequencedMap<String, Node> fields =
        yaml.fields(node, List.of("key", "operator", "value", "effect", "tolerationSeconds"));
    String key = text(fields, "key");
    String value = text(fields, "value");
    String effect = text(fields, "effect");
    String word = text(fields, "operator");
    Node seconds = fields.get("tolerationSeconds");
    if (seconds != null && yaml.number(seconds, 0, Integer.MAX_VALUE).isPresent()) {
      yaml.warn(seconds, "tolerationSeconds", "has no meaning for images");
    }
    if (!word.isEmpty() && !word.equals("Equal") && !word.equals("Exists")) {
      yaml.error(
          fields.getOrDefault("operator", node),
          "is no operator; " + Suggestion.among(List.of("Exists", "Equal"), word));
    }
    boolean exists = word.equals("Exists");
    if (exists && !value.isEmpty()) {
      yaml.error(node, "expected no value, for Exists looks at the key alone");
    }
    if (key.isEmpty() && !exists) {
      yaml.error(node, "expected a key, or operator Exists for every key");
    }
    if (!key.isEmpty() && !Labels.isKey(key)) {
      yaml.error(node, "\"%s\" is no taint key".formatted(key));
    }
    if (!effect.isEmpty() && !EFFECTS.contains(effect)) {
      yaml.error(
          fields.getOrDefault("effect", node),
          "is no effect; " + Suggestion.among(EFFECTS, effect));
    }
    return new Toleration(
        key, exists ? Toleration.Operator.EXISTS : Toleration.Operator.EQUAL, value, effect);
  }

  // --- platforms ---

  private List<Platform> platforms(@Nullable Node node) {
    List<Platform> platforms = new ArrayList<>();
    if (node != null) {
      for (Node item : yaml.items(node, "a list of platforms such as [linux/amd64]")) {
        yaml.text(item, "a platform such as linux/amd64")
            .ifPresent(text -> {
              try {
                platforms.add(Platform.parse(text));
              } catch (IllegalArgumentException e) {
                yaml.error(item, "expected os/architecture, such as linux/amd64");
              }
            });
      }
    }
    return platforms;
  }

  private Optional<String> required(Node parent, Map<String, Node> fields, String name) {
    Node node = fields.get(name);
    if (node == null) {
      yaml.error(parent, "expected the field " + name);
      return Optional.empty();
    }
    return yaml.text(node, "a text");
  }

  private String text(Map<String, Node> fields, String name) {
    Node node = fields.get(name);
    return node == null ? "" : yaml.text(node, "a text").orElse("");
  }
}
