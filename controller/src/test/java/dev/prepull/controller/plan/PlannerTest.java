package dev.prepull.controller.plan;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.list.PrePullList;
import dev.prepull.model.GoDuration;
import dev.prepull.model.ImagePolicy;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlannedImage;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Plans one folder of {@code src/test/resources/plan} after the other: {@code in-lists.yaml} and
 * {@code in-nodes.yaml} must give {@code out-plans.yaml}. There an image stands alone, or with what
 * differs from the standard policy. Where {@code out-rollouts.yaml} stands, that is how the images
 * are to spread.
 */
class PlannerTest {

  private static final String LISTS = "in-lists.yaml";
  private static final String NODES = "in-nodes.yaml";
  private static final String PLANS = "out-plans.yaml";
  private static final String ROLLOUTS = "out-rollouts.yaml";

  static List<Path> cases() throws IOException, URISyntaxException {
    URL folder = Objects.requireNonNull(PlannerTest.class.getResource("/plan"));
    return filesIn(Path.of(folder.toURI()));
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void plans(Path folder) throws IOException {
    assertThat(filesIn(folder))
        .as("every file of %s is used", folder.getFileName())
        .map(file -> file.getFileName().toString())
        .contains(LISTS, NODES, PLANS)
        .isSubsetOf(LISTS, NODES, PLANS, ROLLOUTS);
    List<PrePullList> lists = PlanFiles.lists(Files.readString(folder.resolve(LISTS)));
    List<NodeInfo> nodes = PlanFiles.nodes(Files.readString(folder.resolve(NODES)));

    PlannedFleet fleet = Planner.plan(lists, nodes);

    assertThat(text(fleet)).isEqualTo(withoutComments(Files.readString(folder.resolve(PLANS))));
    if (Files.exists(folder.resolve(ROLLOUTS))) {
      assertThat(fleet.rollouts().values().stream().map(PlannerTest::text).collect(joining()))
          .isEqualTo(withoutComments(Files.readString(folder.resolve(ROLLOUTS))));
    }
  }

  private static String withoutComments(String text) {
    return text.lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line + "\n")
        .collect(joining());
  }

  private static String text(PlannedRollout rollout) {
    Duration interval = rollout.refreshInterval();
    return "%s: {nodes: %d, canaryNodes: %d, maxNodesPulling: %d, failureTolerance: %d, maxPullsPerRegistry: %d%s%s}\n"
        .formatted(
            rollout.reference().written(),
            rollout.targetedNodes(),
            rollout.canaryNodes(),
            rollout.maxNodesPulling(),
            rollout.failureTolerance(),
            rollout.maxPullsPerRegistry(),
            rollout.priority() == 0 ? "" : ", priority: " + rollout.priority(),
            interval == null ? "" : ", refreshInterval: " + GoDuration.format(interval));
  }

  private static String text(PlannedFleet fleet) {
    return fleet.plans().entrySet().stream()
        .map(entry -> entry.getKey() + ":" + text(entry.getValue()))
        .collect(joining());
  }

  private static String text(NodePlan plan) {
    return plan.images().isEmpty()
        ? " []\n"
        : plan.images().stream()
            .map(image -> "- " + text(image) + "\n")
            .collect(joining("", "\n", ""));
  }

  private static String text(PlannedImage image) {
    ImagePolicy policy = image.policy();
    ImagePolicy standard = ImagePolicy.DEFAULT;
    List<String> differences = new ArrayList<>();
    if (policy.pullPolicy() != standard.pullPolicy()) {
      differences.add("pullPolicy: " + policy.pullPolicy().word());
    }
    if (policy.priority() != standard.priority()) {
      differences.add("priority: " + policy.priority());
    }
    if (policy.pin()) {
      differences.add("pin: true");
    }
    if (policy.maxSizeBytes() != null) {
      differences.add("maxSize: " + policy.maxSizeBytes());
    }
    if (!policy.pullTimeout().equals(standard.pullTimeout())) {
      differences.add("pullTimeout: " + GoDuration.format(policy.pullTimeout()));
    }
    if (policy.onRemoval() != standard.onRemoval()) {
      differences.add("onRemoval: " + policy.onRemoval().word());
    }
    if (policy.onDrift() != standard.onDrift()) {
      differences.add("onDrift: " + policy.onDrift().word());
    }
    String written = image.reference().written();
    return differences.isEmpty()
        ? written
        : "{image: %s, %s}".formatted(written, String.join(", ", differences));
  }
}
