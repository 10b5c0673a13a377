package dev.prepull.e2e.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.DockerNode;
import dev.prepull.e2e.testbed.RegistryRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Under Always the tag is looked at again, once for all nodes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RefreshIT {

  /** An interval of ten seconds, less what two looks may differ in how long they took to begin. */
  private static final Duration LEAST_BETWEEN_LOOKS = Duration.ofSeconds(6);

  private final Fleet fleet = new Fleet();

  @BeforeAll
  void start() {
    fleet.addNode("containerd-1-6", Nodes.containerd(ContainerdNode.Version.V1_6));
    fleet.addNode("containerd-1-7", Nodes.containerd(ContainerdNode.Version.V1_7));
    fleet.addNode("docker-20", Nodes.docker(DockerNode.Version.V20));
  }

  @AfterAll
  void stop() {
    fleet.close();
  }

  @Test
  void aMovedTagRollsOutAndOneNodeAnIntervalAsksForIt() {
    String image = fleet.pushBehindFault("refreshed/app", "1");
    fleet.listInFull(
        "images: [{image: \"%s\", pullPolicy: Always, refreshInterval: 10s}]".formatted(image));
    fleet.awaitIdentical(image);
    String first = fleet.digest(image);
    fleet.eventually("it is looked at again", () -> looks().size() >= 2);

    var _ = fleet.push("refreshed/app", "1");
    fleet.eventually("a new lock", () -> !fleet.digest(image).equals(first));
    fleet.awaitIdentical(image);
    String second = fleet.digest(image);
    int looksUntilThen = looks().size();
    fleet.eventually("it is looked at again", () -> looks().size() > looksUntilThen);

    fleet.awaitResolved(image, second);
    assertThat(gaps(looks())).allSatisfy(gap -> assertThat(gap).isGreaterThan(LEAST_BETWEEN_LOOKS));
  }

  /** When the registry was asked what the tag means. */
  private List<Instant> looks() {
    return fleet.faulty().requests().stream()
        .filter(RegistryRequest::isByTag)
        .map(RegistryRequest::at)
        .toList();
  }

  private static List<Duration> gaps(List<Instant> moments) {
    List<Duration> gaps = new ArrayList<>();
    for (int i = 1; i < moments.size(); i++) {
      gaps.add(Duration.between(moments.get(i - 1), moments.get(i)));
    }
    return gaps;
  }
}
