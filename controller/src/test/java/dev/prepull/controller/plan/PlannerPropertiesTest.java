package dev.prepull.controller.plan;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.list.ListParser;
import dev.prepull.controller.list.ParseResult;
import dev.prepull.controller.list.PrePullList;
import dev.prepull.controller.list.RawList;
import dev.prepull.model.ImageReference;
import dev.prepull.model.NodeName;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlanRevision;
import dev.prepull.model.PlannedImage;
import dev.prepull.model.Platform;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of every plan, on clusters that a seed makes up. The test's name tells the seed. */
class PlannerPropertiesTest {

  private static final List<String> IMAGES =
      List.of(
          "nginx:1", "docker.io/library/nginx:1", "redis:7", "docker.io/redis:7", "r.io/a/b:v3");
  private static final List<String> POLICIES =
      List.of(
          "", "priority: 3", "pin: true", "maxSize: 1Gi", "pullTimeout: 5m", "onRemoval: Delete");
  private static final List<String> TARGETS =
      List.of("", "nodeSelector: {zone: a}", "tolerations: []", "platforms: [linux/arm64]");

  /** A cluster that a seed makes up. */
  private record Cluster(List<PrePullList> lists, List<NodeInfo> nodes) {

    static Cluster of(Random random) {
      List<PrePullList> lists = new ArrayList<>();
      int count = random.nextInt(4);
      for (int i = 0; i < count; i++) {
        lists.add(list("list-" + i, random));
      }
      List<NodeInfo> nodes = new ArrayList<>();
      count = random.nextInt(8);
      for (int i = 0; i < count; i++) {
        nodes.add(node("node-" + i, random));
      }
      return new Cluster(lists, nodes);
    }

    private static PrePullList list(String name, Random random) {
      Map<ImageReference, String> entries = new TreeMap<>();
      for (String image : IMAGES) {
        if (random.nextBoolean()) {
          String fields =
              Stream.of("image: " + image, any(POLICIES, random), any(TARGETS, random))
                  .filter(field -> !field.isEmpty())
                  .collect(joining(", "));
          entries.putIfAbsent(ImageReference.parse(image), "- {%s}\n".formatted(fields));
        }
      }
      String text = "images:\n" + String.join("", entries.values());
      RawList raw =
          new RawList(
              name, "1", Map.of("PrePullList", entries.isEmpty() ? "images: []" : text), Set.of());
      ParseResult result = ListParser.parse(raw);
      assertThat(result).as(text).isInstanceOf(ParseResult.Accepted.class);
      return ((ParseResult.Accepted) result).list();
    }

    private static NodeInfo node(String name, Random random) {
      return new NodeInfo(
          new NodeName(name),
          Platform.parse(random.nextBoolean() ? "linux/amd64" : "linux/arm64"),
          Map.of("zone", random.nextBoolean() ? "a" : "b"),
          random.nextBoolean() ? List.of() : List.of(new NodeInfo.Taint("t", "", "NoSchedule")));
    }

    private static String any(List<String> choice, Random random) {
      return choice.get(random.nextInt(choice.size()));
    }

    PlannedFleet plan() {
      return Planner.plan(lists, nodes);
    }

    Cluster shuffled(Random random) {
      List<PrePullList> otherLists = new ArrayList<>(lists);
      List<NodeInfo> otherNodes = new ArrayList<>(nodes);
      Collections.shuffle(otherLists, random);
      Collections.shuffle(otherNodes, random);
      return new Cluster(otherLists, otherNodes);
    }
  }

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 100);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void dependsOnNothingButContent(long seed) {
    Random random = new Random(seed);
    Cluster cluster = Cluster.of(random);

    PlannedFleet first = cluster.plan();
    PlannedFleet second = cluster.shuffled(random).plan();

    assertThat(second).isEqualTo(first);
    assertThat(second.listsOf().keySet())
        .extracting(ImageReference::written)
        .containsExactlyElementsOf(
            first.listsOf().keySet().stream().map(ImageReference::written).toList());
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void hasOneRevisionForOneContent(long seed) {
    Random random = new Random(seed);
    Map<PlanRevision, List<Content>> contents = new HashMap<>();
    Map<List<Content>, PlanRevision> revisions = new HashMap<>();

    for (int i = 0; i < 5; i++) {
      for (NodePlan plan : Cluster.of(random).plan().plans().values()) {
        List<Content> content = plan.images().stream().map(Content::of).toList();

        assertThat(contents.computeIfAbsent(plan.revision(), ignored -> content))
            .isEqualTo(content);
        assertThat(revisions.computeIfAbsent(content, ignored -> plan.revision()))
            .isEqualTo(plan.revision());
      }
    }
  }

  /** An image of a plan as the agent gets it: with what was written, which equals leaves out. */
  private record Content(String written, PlannedImage image) {
    static Content of(PlannedImage image) {
      return new Content(image.reference().written(), image);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void plansEveryNodeOnceAndNoImageTwice(long seed) {
    Cluster cluster = Cluster.of(new Random(seed));

    PlannedFleet fleet = cluster.plan();

    assertThat(fleet.plans().keySet())
        .containsExactlyInAnyOrderElementsOf(cluster.nodes().stream().map(NodeInfo::name).toList());
    assertThat(fleet.plans().values())
        .allSatisfy(plan ->
            assertThat(plan.images()).extracting(PlannedImage::reference).doesNotHaveDuplicates());
  }
}
