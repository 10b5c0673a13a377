package dev.prepull.e2e.image;

import dev.prepull.e2e.bench.DeployedAgent;
import dev.prepull.e2e.testbed.Commands;
import dev.prepull.e2e.testbed.DeployedProgram;
import dev.prepull.e2e.testbed.Machine;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Both images under one tag, each an index of its platforms.
 *
 * @param work where they are made; what was there is lost
 * @param architectures in Go's words; what is not this machine's has no AOT cache
 */
public record ImageRelease(
    Path work, ImageBase base, String tag, List<String> architectures, PrintStream progress) {

  private static final String NOBODY = "65532:65532";
  private static final List<Integer> CONTROLLER_PORTS = List.of(8443, 8080);
  private static final List<Integer> AGENT_PORTS = List.of(8081);

  /** The JDK's own classes, where there is no AOT cache. */
  private static final List<String> CLASSES_AT_HAND = List.of("--generate-cds-archive");

  private static final double MIB = 1 << 20;

  /** Copies the architectures. */
  public ImageRelease {
    architectures = List.copyOf(architectures);
  }

  /** One on Debian's packages, for this machine's architecture. */
  public static ImageRelease onDebian(Path work, String tag, PrintStream progress) {
    return new ImageRelease(
        work, new ImageBase.Debian(), tag, List.of(Machine.ARCHITECTURE), progress);
  }

  /** Where the images are once they are built. */
  public Path directory() {
    return work.resolve("layout");
  }

  /** Builds both and pushes them below the prefix; returns what they are called there. */
  public List<String> push(String prefix) throws InterruptedException {
    var _ = build();
    return pushBuilt(prefix);
  }

  /** As {@link #push}, of images that have been built already. */
  public List<String> pushBuilt(String prefix) {
    List<String> references = new ArrayList<>();
    for (String name : List.of("prepull-agent", "prepull-controller")) {
      String reference = "%s/%s:%s".formatted(prefix, name, tag);
      progress.println("pushing " + reference);
      Skopeo.push(directory(), name, reference);
      references.add(reference);
    }
    return List.copyOf(references);
  }

  /** Builds both. */
  OciLayout build() throws InterruptedException {
    OciLayout layout = new OciLayout(directory());
    List<String> agents = new ArrayList<>();
    List<String> controllers = new ArrayList<>();
    for (String architecture : architectures) {
      progress.printf("%s: base, %s%n", architecture, base.name());
      List<Layer> layers = base.addTo(layout, work, architecture);
      // Root, because the runtime's socket is root's.
      ProgramImage agent = new ProgramImage(program("agent", architecture), "0:0", AGENT_PORTS);
      agents.add(add(layout, layers, agent, "pulls images on its node"));
      ProgramImage controller =
          new ProgramImage(program("controller", architecture), NOBODY, CONTROLLER_PORTS);
      controllers.add(add(layout, layers, controller, "plans which node holds which images"));
    }
    layout.name(index(layout, agents), "prepull-agent");
    layout.name(index(layout, controllers), "prepull-controller");
    return layout;
  }

  private DeployedProgram program(String name, String architecture) throws InterruptedException {
    Path directory = work.resolve(name + "-" + architecture);
    Path module = Machine.sources().resolve(name);
    progress.printf("%s: %s%n", architecture, name);
    if (!architecture.equals(Machine.ARCHITECTURE)) {
      return DeployedProgram.cross(
          name, module, directory, architecture, CrossJdk.jmods(architecture, work));
    }
    return name.equals("agent")
        ? DeployedAgent.make(directory, progress)
        : DeployedProgram.make(name, module, directory, CLASSES_AT_HAND);
  }

  private static Blob index(OciLayout layout, List<String> manifests) {
    return layout.add(
        OciLayout.INDEX,
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s]}"
            .formatted(OciLayout.INDEX, String.join(",", manifests)));
  }

  /** Adds an image and returns how an index names it. */
  private String add(OciLayout layout, List<Layer> base, ProgramImage image, String what) {
    String name = "prepull-" + image.program().name();
    String created = git("log", "-1", "--format=%cI");
    List<Layer> layers = image.layers(layout, base);
    Blob manifest = image.addTo(layout, layers, labels(name, what, created), created);
    long bytes = layers.stream().mapToLong(layer -> layer.blob().size()).sum();
    String architecture = image.program().architecture();
    progress.printf(
        "%s: %s is %s, %.1f MiB compressed%n", architecture, name, manifest.digest(), bytes / MIB);
    String descriptor = manifest.descriptor();
    return "%s,\"platform\":{\"architecture\":\"%s\",\"os\":\"linux\"}}"
        .formatted(descriptor.substring(0, descriptor.length() - 1), architecture);
  }

  private Map<String, String> labels(String name, String what, String created) {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put("title", name);
    labels.put("description", "PrePull: " + what);
    labels.put("version", tag);
    labels.put("revision", git("describe", "--always", "--dirty", "--abbrev=40", "--match="));
    labels.put("created", created);
    labels.put("licenses", "Apache-2.0");
    labels.put("base.name", base.name());
    Map<String, String> prefixed = new LinkedHashMap<>();
    labels.forEach((key, value) -> prefixed.put("org.opencontainers.image." + key, value));
    return prefixed;
  }

  private static String git(String... arguments) {
    List<String> command = new ArrayList<>(List.of("git", "-C", Machine.sources().toString()));
    command.addAll(List.of(arguments));
    return Commands.run(command).strip();
  }
}
