package dev.prepull.controller.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.list.ListParser;
import dev.prepull.controller.list.ParseResult;
import dev.prepull.controller.list.PrePullList;
import dev.prepull.controller.list.RawList;
import dev.prepull.controller.plan.NodeInfo.Taint;
import dev.prepull.model.NodeName;
import dev.prepull.model.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Reads what stands in the folders that tests walk. */
public final class PlanFiles {

  private PlanFiles() {}

  /** The lists of a manifest of ConfigMaps. */
  public static List<PrePullList> lists(String manifest) {
    List<PrePullList> lists = new ArrayList<>();
    for (Object document : load().loadAllFromString(manifest)) {
      Map<?, ?> configMap = map(document);
      String name = text(map(configMap.get("metadata")), "name");
      RawList raw = new RawList(name, "1", texts(configMap.get("data")), Set.of());
      ParseResult result = ListParser.parse(raw);
      assertThat(result).isInstanceOf(ParseResult.Accepted.class);
      lists.add(((ParseResult.Accepted) result).list());
    }
    return lists;
  }

  /** Nodes, each a mapping with name and platform, perhaps labels and taints. */
  public static List<NodeInfo> nodes(String text) {
    List<NodeInfo> nodes = new ArrayList<>();
    for (Object item : (List<?>) load().loadFromString(text)) {
      Map<?, ?> node = map(item);
      List<Taint> taints = new ArrayList<>();
      if (node.get("taints") instanceof List<?> items) {
        for (Object each : items) {
          Map<?, ?> taint = map(each);
          taints.add(
              new Taint(
                  text(taint, "key"),
                  taint.containsKey("value") ? text(taint, "value") : "",
                  text(taint, "effect")));
        }
      }
      nodes.add(
          new NodeInfo(
              new NodeName(text(node, "name")),
              Platform.parse(text(node, "platform")),
              node.containsKey("labels") ? texts(node.get("labels")) : Map.of(),
              taints));
    }
    return nodes;
  }

  /** A list of texts. */
  public static List<String> steps(String text) {
    return ((List<?>) load().loadFromString(text)).stream().map(String.class::cast).toList();
  }

  private static Load load() {
    return new Load(LoadSettings.builder().build());
  }

  private static Map<?, ?> map(@Nullable Object value) {
    return (Map<?, ?>) Objects.requireNonNull(value);
  }

  private static String text(Map<?, ?> map, String key) {
    return (String) Objects.requireNonNull(map.get(key), key);
  }

  private static Map<String, String> texts(@Nullable Object value) {
    Map<String, String> texts = new TreeMap<>();
    map(value).forEach((key, text) -> texts.put((String) key, (String) text));
    return texts;
  }
}
