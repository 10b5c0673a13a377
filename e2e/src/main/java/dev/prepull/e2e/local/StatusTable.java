package dev.prepull.e2e.local;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prepull.e2e.testbed.HttpApi;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The image × node table, made from the controller's HTTP API. */
final class StatusTable {

  private static final int DIGEST_CHARS = 19;

  private final List<String> nodes = new ArrayList<>();
  private final Map<String, Map<String, String>> cells = new TreeMap<>();

  /** What the controller shows now. */
  static String of(HttpApi controller) {
    StatusTable table = new StatusTable();
    for (JsonNode node : controller.json("/api/v1/nodes")) {
      table.add(controller.json("/api/v1/nodes/" + node.get("node").asText()));
    }
    return table.render();
  }

  private void add(JsonNode node) {
    String name = node.get("node").asText();
    nodes.add(name);
    for (JsonNode image : node.get("images")) {
      cells
          .computeIfAbsent(image.get("image").asText(), key -> new TreeMap<>())
          .put(name, cell(image));
    }
  }

  private static String cell(JsonNode image) {
    String state = image.get("state").asText();
    String reason = image.path("reason").asText("");
    long total = image.path("bytesTotal").asLong();
    if (state.equals("Present")) {
      String digest = image.path("digest").asText("");
      return digest.substring(0, Math.min(DIGEST_CHARS, digest.length()));
    }
    if (state.equals("Pulling") && total > 0) {
      return "Pulling %d%%".formatted(100 * image.path("bytesDone").asLong() / total);
    }
    return reason.isEmpty() || reason.equals("null") ? state : reason;
  }

  private String render() {
    List<List<String>> rows = new ArrayList<>();
    List<String> header = new ArrayList<>(List.of("IMAGE"));
    header.addAll(nodes);
    rows.add(header);
    cells.forEach((image, ofNode) -> {
      List<String> row = new ArrayList<>(List.of(image));
      nodes.forEach(node -> row.add(ofNode.getOrDefault(node, "-")));
      rows.add(row);
    });
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      for (int column = 0; column < row.size(); column++) {
        text.append(row.get(column));
        if (column < row.size() - 1) {
          text.append(" ".repeat(2 + width(rows, column) - row.get(column).length()));
        }
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static int width(List<List<String>> rows, int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }
}
