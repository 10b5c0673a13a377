package dev.prepull.e2e.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.DockerNode;
import dev.prepull.e2e.testbed.FaultyRegistry;
import dev.prepull.e2e.testbed.RuntimeNode;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node's image filesystem never suffers for what a list asks of it. */
class DiskIT {

  private static final int MEBIBYTES = 96;
  private static final int THRESHOLD = 85;
  private static final int BIG_LAYER = 4608 << 10;
  private static final int SMALL_LAYER = 64 << 10;
  private static final int HUGE_LAYER = 30 << 20;
  private static final int BYTES_PER_SECOND = 2 << 20;
  private static final Duration OFTEN = Duration.ofMillis(2);

  private final Fleet fleet = new Fleet();

  @BeforeEach
  void slowDown() {
    fleet.faulty().behave(new FaultyRegistry.Slow(BYTES_PER_SECOND));
  }

  @AfterEach
  void stop() {
    fleet.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"containerd", "docker"})
  void aListThatDoesNotFitStopsBelowTheThresholdAndSmallImagesStillCome(String runtime)
      throws IOException {
    addSmallNode(runtime);
    List<String> big =
        List.of(
            push("big/one", BIG_LAYER),
            push("big/two", BIG_LAYER),
            push("big/three", BIG_LAYER),
            push("big/four", BIG_LAYER),
            push("big/five", BIG_LAYER));
    String small = push("small/last", SMALL_LAYER);
    FileStore images = Files.getFileStore(fleet.node("small").imageDirectory());

    List<Double> usages;
    try (Samples<Double> samples = Samples.every(OFTEN, () -> usage(images))) {
      fleet.listInFull(
          """
          defaults: {priority: 10}
          images: ["%s", {image: "%s", priority: 1}]
          """
              .formatted(String.join("\", \"", big), small));
      fleet.awaitIdentical(small);
      fleet.eventually(
          "each big one is there or blocked",
          () ->
              big.stream()
                  .allMatch(
                      image -> fleet.count(image, "present") + fleet.count(image, "blocked") == 1));
      usages = samples.stop();
    }

    assertThat(usages).allSatisfy(used -> assertThat(used).isLessThanOrEqualTo(THRESHOLD));
    assertThat(big).anySatisfy(image -> assertThat(fleet.count(image, "present")).isOne());
    List<String> blocked =
        big.stream().filter(image -> fleet.count(image, "blocked") == 1).toList();
    assertThat(blocked)
        .isNotEmpty()
        .allSatisfy(image -> {
          assertThat(fleet.reason(image)).isEqualTo("DiskPressure");
          assertThat(fleet.message(image)).containsPattern("\\d.*\\d").contains(THRESHOLD + "");
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"containerd", "docker"})
  void whenRoomIsMadeWhatWasBlockedComes(String runtime) {
    RuntimeNode node = addSmallNode(runtime);
    String inTheWay = push("way/before", BIG_LAYER);
    String second = push("way/second", BIG_LAYER);
    String image = push("way/app", BIG_LAYER);
    node.pullAgain(inTheWay);
    node.pullAgain(second);
    fillUp(runtime, node);
    fleet.list(image);
    fleet.awaitReason(image, "DiskPressure");

    node.clear();

    fleet.awaitIdentical(image);
  }

  /** Docker keeps no compressed layers: it takes more images to come as far. */
  private void fillUp(String runtime, RuntimeNode node) {
    if (runtime.equals("docker")) {
      node.pullAgain(push("way/third", BIG_LAYER));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"containerd", "docker"})
  void aDiskThatIsFullAllTheSameIsReportedAndOthersStillCome(String runtime) {
    // The agent looks at another filesystem, so that only the runtime can see that there is no
    // room.
    fleet.addNode(
        "small",
        start(runtime),
        "--poll-interval",
        "2s",
        "--image-fs",
        "/",
        "--disk-threshold",
        "99");
    String huge = push("full/huge", HUGE_LAYER);
    String small = push("full/small", SMALL_LAYER);

    fleet.list(huge);
    fleet.awaitReason(huge, "DiskPressure");
    fleet.list(small);

    fleet.awaitIdentical(small);
  }

  @Test
  void anImageOverItsLimitIsRefused() {
    fleet.addNode("containerd", Nodes.containerd(ContainerdNode.Version.V1_7));
    fleet.addNode("docker", Nodes.docker(DockerNode.Version.V20));
    String large = push("limit/large", BIG_LAYER);
    String small = push("limit/small", SMALL_LAYER);

    fleet.listInFull("defaults: {maxSize: 1Mi}\nimages: [\"%s\", \"%s\"]".formatted(large, small));
    fleet.awaitIdentical(small);
    fleet.awaitReason(large, "MaxSizeExceeded");

    assertThat(fleet.count(large, "blocked")).isPositive();
    assertThat(fleet.message(large)).contains("1");
    assertThat(fleet.nodes().values())
        .allSatisfy(node -> assertThat(node.held()).doesNotContainKey(large));
  }

  private RuntimeNode addSmallNode(String runtime) {
    fleet.addNode(
        "small",
        start(runtime),
        "--poll-interval",
        "2s",
        "--disk-threshold",
        Integer.toString(THRESHOLD));
    return fleet.node("small");
  }

  private static java.util.function.BiFunction<
          dev.prepull.e2e.testbed.Workspace, String, RuntimeNode>
      start(String runtime) {
    return runtime.equals("docker")
        ? Nodes.small(DockerNode.Version.V20, MEBIBYTES)
        : Nodes.small(ContainerdNode.Version.V1_7, MEBIBYTES);
  }

  /** From a registry that leaves time to look, as one that is not on this machine does. */
  private String push(String repository, int layerBytes) {
    return fleet.pushBehindFault(repository, "1", layerBytes);
  }

  /** In percent, as the kubelet reckons it. */
  private static double usage(FileStore store) throws IOException {
    return 100 - 100.0 * store.getUsableSpace() / store.getTotalSpace();
  }
}
