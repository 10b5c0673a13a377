package dev.prepull.e2e.image;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.prepull.e2e.testbed.DeployedProgram;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The image of a program for one architecture. What changes least comes first, so that an upgrade
 * fetches little: base, Java runtime, libraries, program.
 *
 * @param user who it runs as unless told otherwise
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/config.md">OCI image-spec,
 *     configuration</a>
 */
record ProgramImage(DeployedProgram program, String user, List<Integer> ports) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Adds its files to the layout; they come after those of the base. */
  List<Layer> layers(OciLayout layout, List<Layer> base) {
    List<Layer> layers = new ArrayList<>(base);
    layers.add(part(layout, List.of("jre")));
    layers.add(part(layout, List.of("lib", "native")));
    List<String> own =
        new ArrayList<>(List.of("prepull-" + program.name() + ".jar", jvmFlags(), "sbom.cdx.json"));
    if (Files.exists(program.aotCache())) {
      own.add(String.valueOf(program.aotCache().getFileName()));
    }
    layers.add(part(layout, own));
    return layers;
  }

  /** Adds the image of these layers to the layout. */
  Blob addTo(OciLayout layout, List<Layer> layers, Map<String, String> labels, String created) {
    Blob config =
        layout.add(OciLayout.CONFIG, JSON.valueToTree(config(layers, labels, created)).toString());
    return layout.add(
        OciLayout.MANIFEST,
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s]}"
            .formatted(
                OciLayout.MANIFEST,
                config.descriptor(),
                String.join(
                    ",", layers.stream().map(layer -> layer.blob().descriptor()).toList())));
  }

  private String jvmFlags() {
    return program.name() + ".jvmargs";
  }

  private Layer part(OciLayout layout, List<String> names) {
    return layout.layer(program.directory(), names, DeployedProgram.HOME.substring(1) + "/");
  }

  /** Maps that keep their order, so that the same image is the same text. */
  private Map<String, Object> config(
      List<Layer> layers, Map<String, String> labels, String created) {
    Map<String, Object> exposed = new LinkedHashMap<>();
    ports.forEach(port -> exposed.put(port + "/tcp", Map.of()));
    Map<String, Object> run = new LinkedHashMap<>();
    run.put("User", user);
    run.put("ExposedPorts", exposed);
    // One arena of the C library's heap instead of one for each thread.
    run.put("Env", List.of("MALLOC_ARENA_MAX=1", "PATH=/usr/local/sbin:/usr/local/bin:/usr/bin"));
    run.put("Entrypoint", program.entrypoint());
    run.put("WorkingDir", "/");
    run.put("Labels", labels);
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("created", created);
    config.put("architecture", program.architecture());
    config.put("os", "linux");
    config.put("config", run);
    Map<String, Object> files = new LinkedHashMap<>();
    files.put("type", "layers");
    files.put("diff_ids", layers.stream().map(Layer::diffId).toList());
    config.put("rootfs", files);
    return config;
  }
}
