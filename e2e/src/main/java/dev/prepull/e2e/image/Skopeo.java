package dev.prepull.e2e.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.prepull.e2e.testbed.Commands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Registries, by skopeo: it knows their ways of logging in, from {@code docker login}'s file as
 * well. One on the loopback interface may speak plain HTTP.
 */
final class Skopeo {

  private static final ObjectMapper JSON = new ObjectMapper();

  private Skopeo() {}

  private static String verify(String reference) {
    return String.valueOf(!reference.matches("(localhost|127\\.[0-9.]+)(:[0-9]+)?/.*"));
  }

  /** Pushes the layout's image of that name, for all of its platforms. */
  static void push(Path layout, String name, String reference) {
    var _ =
        Commands.run(
            List.of(
                "skopeo",
                "copy",
                "--quiet",
                "--all",
                "--dest-tls-verify=" + verify(reference),
                "oci:%s:%s".formatted(layout, name),
                "docker://" + reference));
  }

  /** Adds the layers of an image for that architecture. */
  static List<Layer> pull(String reference, String architecture, Path work, OciLayout layout) {
    var _ = Commands.run(List.of("rm", "-rf", work.toString()));
    var _ =
        Commands.run(
            List.of(
                "skopeo",
                "copy",
                "--quiet",
                "--override-os=linux",
                "--override-arch=" + architecture,
                "--src-tls-verify=" + verify(reference),
                "docker://" + reference,
                "oci:%s:base".formatted(work)));
    JsonNode manifest =
        json(
            OciLayout.file(
                work, json(work.resolve("index.json")).at("/manifests/0/digest").asText()));
    JsonNode config = json(OciLayout.file(work, manifest.at("/config/digest").asText()));
    List<Layer> layers = new ArrayList<>();
    int i = 0;
    for (JsonNode layer : manifest.get("layers")) {
      Blob blob =
          new Blob(
              layer.get("mediaType").asText(),
              layer.get("digest").asText(),
              layer.get("size").asLong());
      layers.add(new Layer(layout.copy(work, blob), config.at("/rootfs/diff_ids/" + i++).asText()));
    }
    return layers;
  }

  private static JsonNode json(Path file) {
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
