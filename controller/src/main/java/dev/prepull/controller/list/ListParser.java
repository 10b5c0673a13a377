package dev.prepull.controller.list;

import dev.prepull.model.ImageReference;
import dev.prepull.model.PullPolicy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * Reads a ConfigMap as a PrePullList. Strict: one thing that is wrong rejects the whole, and
 * everything that is wrong is told, with its place and what was expected.
 */
public final class ListParser {

  /** The key of the plain form, one image a line. */
  public static final String PLAIN_KEY = "images";

  /** The key of the full form, YAML or JSON. */
  public static final String FULL_KEY = "PrePullList";

  private static final List<String> KEYS = List.of(PLAIN_KEY, FULL_KEY);
  private static final List<String> LIST_FIELDS = List.of("defaults", "rollout", "images");
  private static final List<String> IMAGE_FIELDS = imageFields();
  private static final int MOST_BYTES = 1 << 20;

  private final RawList raw;
  private final Problems problems;
  private final YamlReader yaml;
  private final ImageReader imageReader;
  private final List<ImageEntry> images = new ArrayList<>();
  private final Map<ImageReference, Problems.Place> places = new HashMap<>();
  private RolloutSettings rollout = RolloutSettings.DEFAULT;

  private ListParser(RawList raw) {
    this.raw = raw;
    this.problems = new Problems(raw.name());
    this.yaml = new YamlReader(FULL_KEY, problems);
    this.imageReader = new ImageReader(yaml);
  }

  /** Reads the list; never throws for what a user may write. */
  public static ParseResult parse(RawList raw) {
    return new ListParser(raw).parse();
  }

  private static List<String> imageFields() {
    List<String> fields = new ArrayList<>(List.of(ImageReader.IMAGE));
    fields.addAll(ImageReader.DEFAULTABLE);
    return List.copyOf(fields);
  }

  private ParseResult parse() {
    checkKeys();
    if (problems.isEmpty()) {
      Map<String, Node> defaults = Map.of();
      String full = raw.data().get(FULL_KEY);
      if (full != null) {
        defaults = readFull(full);
      }
      String plain = raw.data().get(PLAIN_KEY);
      if (plain != null) {
        for (PlainImages.Line line : PlainImages.read(PLAIN_KEY, plain, problems)) {
          add(line.reference(), line.place(), defaults);
        }
      }
    }
    return problems.isEmpty()
        ? new ParseResult.Accepted(
            new PrePullList(raw.name(), rollout, images), problems.warnings())
        : new ParseResult.Rejected(problems.errors());
  }

  private void checkKeys() {
    for (String key : raw.binaryKeys()) {
      problems.errorOfWhole(key, "is binary; expected text under data");
    }
    for (String key : raw.data().keySet()) {
      if (!KEYS.contains(key)) {
        problems.errorOfWhole(key, "is no key of a list; " + Suggestion.among(KEYS, key));
      }
    }
    if (raw.data().isEmpty() && raw.binaryKeys().isEmpty()) {
      problems.errorOfWhole(
          null, "has no data; expected the key %s, or %s".formatted(PLAIN_KEY, FULL_KEY));
    }
    long bytes =
        raw.data().values().stream()
            .mapToLong(text -> text.getBytes(StandardCharsets.UTF_8).length)
            .sum();
    if (bytes > MOST_BYTES) {
      problems.errorOfWhole(
          null,
          "has %d bytes; expected at most %d: split it into several ConfigMaps"
              .formatted(bytes, MOST_BYTES));
    }
  }

  private Map<String, Node> readFull(String text) {
    Optional<Node> root = yaml.document(text);
    if (root.isEmpty()) {
      return Map.of();
    }
    SequencedMap<String, Node> fields = yaml.fields(root.get(), LIST_FIELDS);
    Node rolloutNode = fields.get("rollout");
    if (rolloutNode != null) {
      rollout = new RolloutReader(yaml).read(rolloutNode);
    }
    Map<String, Node> defaults = readDefaults(fields.get("defaults"));
    Node imagesNode = fields.get("images");
    if (imagesNode != null) {
      yaml.items(imagesNode, "a list of images").forEach(item -> readImage(item, defaults));
    } else if (!raw.data().containsKey(PLAIN_KEY) && problems.isEmpty()) {
      yaml.error(root.get(), "expected the field images");
    }
    return defaults;
  }

  /** Defaults that are wrong count as none, so that each is told once. */
  private Map<String, Node> readDefaults(@Nullable Node node) {
    if (node == null) {
      return Map.of();
    }
    SequencedMap<String, Node> defaults = yaml.fields(node, ImageReader.DEFAULTABLE);
    ImageReference any = ImageReference.parse("any");
    imageReader.entry(any, defaults);
    return problems.isEmpty() ? defaults : Map.of();
  }

  private void readImage(Node item, Map<String, Node> defaults) {
    if (item instanceof ScalarNode) {
      imageReader
          .reference(item)
          .ifPresent(reference -> add(reference, yaml.place(item), defaults));
      return;
    }
    int before = problems.count();
    SequencedMap<String, Node> fields = yaml.fields(item, IMAGE_FIELDS);
    Node image = fields.get(ImageReader.IMAGE);
    if (image == null) {
      if (problems.count() == before) {
        yaml.error(item, "expected the field image");
      }
      return;
    }
    Map<String, Node> merged = new LinkedHashMap<>(defaults);
    merged.putAll(fields);
    imageReader.reference(image).ifPresent(reference -> add(reference, yaml.place(image), merged));
  }

  private void add(ImageReference reference, Problems.Place place, Map<String, Node> fields) {
    Problems.Place first = places.putIfAbsent(reference, place);
    if (first != null) {
      problems.error(
          place,
          reference.written(),
          "is listed twice; it stands under %s at line %d already"
              .formatted(first.key(), first.line()));
      return;
    }
    ImageEntry entry = imageReader.entry(reference, fields);
    if (reference.isLatest() && entry.policy().pullPolicy() == PullPolicy.IF_NOT_PRESENT) {
      problems.warn(
          place,
          reference.written(),
          "means :latest, and under IfNotPresent nothing makes it fresh; name a version or a digest");
    }
    images.add(entry);
  }
}
