package dev.prepull.controller.standalone;

import dev.prepull.controller.list.RawList;
import dev.prepull.controller.reconcile.PullObject;
import dev.prepull.controller.reconcile.Sighting;
import dev.prepull.model.DnsSubdomain;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads the labelled ConfigMaps of a manifest, its Secrets and its ServiceAccounts: YAML or JSON,
 * one or several documents, objects or a v1 List of them. Other objects are passed over.
 */
final class ManifestReader {

  private static final int VERSION_DIGITS = 12;
  private static final int MAX_CODE_POINTS = 16 << 20;
  private static final int DEEPEST = 64;

  private ManifestReader() {}

  /**
   * What a manifest has.
   *
   * @param lists the labelled ConfigMaps, in the manifest's order
   * @param objects Secrets and ServiceAccounts
   */
  record Manifest(List<RawList> lists, Map<PullObject, Sighting> objects) {}

  /**
   * Reads a manifest.
   *
   * @throws IllegalArgumentException when the text is none; the message says where and why, and
   *     shows no Secret
   */
  static Manifest read(String manifest) {
    LoadSettings settings = LoadSettings.builder().setCodePointLimit(MAX_CODE_POINTS).build();
    List<RawList> lists = new ArrayList<>();
    Map<PullObject, Sighting> objects = new TreeMap<>();
    Set<String> names = new TreeSet<>();
    try {
      checkDepth(settings, manifest);
      for (Object document : new Load(settings).loadAllFromString(manifest)) {
        collect(document, lists, objects);
      }
    } catch (YamlEngineException e) {
      if (manifest.contains("Secret")) {
        // Without the cause: it quotes the text.
        throw new IllegalArgumentException("it is not YAML: " + place(e));
      }
      throw new IllegalArgumentException(
          "it is not YAML: " + oneLine(String.valueOf(e.getMessage())), e);
    }
    for (RawList list : lists) {
      if (!names.add(list.name())) {
        throw new IllegalArgumentException(
            "ConfigMap %s stands in it twice".formatted(list.name()));
      }
    }
    return new Manifest(lists, objects);
  }

  private static String place(YamlEngineException e) {
    String why = "the text is not quoted because a Secret stands in it";
    return e instanceof MarkedYamlEngineException marked
        ? marked
            .getProblemMark()
            .map(mark ->
                "line %d, column %d; %s".formatted(mark.getLine() + 1, mark.getColumn() + 1, why))
            .orElse(why)
        : why;
  }

  /** What makes objects of the text is recursive, and would overflow the stack. */
  private static void checkDepth(LoadSettings settings, String manifest) {
    int depth = 0;
    for (Event event : new Parse(settings).parseString(manifest)) {
      switch (event.getEventId()) {
        case SequenceStart, MappingStart -> depth++;
        case SequenceEnd, MappingEnd -> depth--;
        default -> {}
      }
      if (depth > DEEPEST) {
        throw new IllegalArgumentException("it nests deeper than %d levels".formatted(DEEPEST));
      }
    }
  }

  private static String oneLine(String text) {
    return String.join(" ", text.lines().map(String::strip).toList());
  }

  private static void collect(
      Object document, List<RawList> lists, Map<PullObject, Sighting> objects) {
    if (!(document instanceof Map<?, ?> object)) {
      return;
    }
    Object kind = object.get("kind");
    if ("List".equals(kind) && object.get("items") instanceof List<?> items) {
      items.forEach(item -> collect(item, lists, objects));
    } else if ("ConfigMap".equals(kind) && isLabelled(object)) {
      lists.add(list(object));
    } else if ("Secret".equals(kind)) {
      add(name(object).map(PullObject::secret), ManifestObjects.secret(object), objects);
    } else if ("ServiceAccount".equals(kind)) {
      add(name(object).map(PullObject::serviceAccount), ManifestObjects.account(object), objects);
    }
  }

  private static void add(
      Optional<PullObject> object, Sighting sighting, Map<PullObject, Sighting> objects) {
    if (object.isPresent() && objects.put(object.get(), sighting) != null) {
      throw new IllegalArgumentException(object.get().in("") + " stands in it twice");
    }
  }

  private static Optional<String> name(Map<?, ?> object) {
    return object.get("metadata") instanceof Map<?, ?> metadata
            && metadata.get("name") instanceof String name
            && DnsSubdomain.matches(name)
        ? Optional.of(name)
        : Optional.empty();
  }

  private static boolean isLabelled(Map<?, ?> configMap) {
    return configMap.get("metadata") instanceof Map<?, ?> metadata
        && metadata.get("labels") instanceof Map<?, ?> labels
        && RawList.LABEL_VALUE.equals(labels.get(RawList.LABEL));
  }

  private static RawList list(Map<?, ?> configMap) {
    String name =
        configMap.get("metadata") instanceof Map<?, ?> metadata
                && metadata.get("name") instanceof String text
            ? text
            : "";
    if (name.isEmpty()) {
      throw new IllegalArgumentException("a labelled ConfigMap has no metadata.name");
    }
    Map<String, String> data = new TreeMap<>();
    if (configMap.get("data") instanceof Map<?, ?> entries) {
      entries.forEach((key, value) -> {
        if (!(value instanceof String text)) {
          throw new IllegalArgumentException(
              "ConfigMap %s, key %s: a ConfigMap's values are texts; expected \"%s: |\" and the list indented below it"
                  .formatted(name, key, key));
        }
        data.put(String.valueOf(key), text);
      });
    }
    Set<String> binaryKeys = new TreeSet<>();
    if (configMap.get("binaryData") instanceof Map<?, ?> entries) {
      entries.keySet().forEach(key -> binaryKeys.add(String.valueOf(key)));
    }
    return new RawList(name, version(data, binaryKeys), data, binaryKeys);
  }

  private static String version(Map<String, String> data, Set<String> binaryKeys) {
    return hash(data + "\n" + binaryKeys).substring(0, VERSION_DIGITS);
  }

  /** The same for the same text alone. */
  static String hash(String text) {
    try {
      byte[] content = text.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
