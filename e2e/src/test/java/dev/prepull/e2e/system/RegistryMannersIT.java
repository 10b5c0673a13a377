package dev.prepull.e2e.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.FaultyRegistry;
import dev.prepull.e2e.testbed.RegistryRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Isolated;

/** What many nodes together ask of one registry. They have the machine to themselves. */
@Isolated
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RegistryMannersIT {

  private static final int NODES = 50;
  private static final int STARTED_AT_ONCE = 4;
  private static final int LAYER_BYTES = 16 * 1024;
  private static final Duration WINDOW = Duration.ofSeconds(5);

  /** To what part of its peak the rate of requests is to fall. */
  private static final int FALLEN = 8;

  /** Requests in a window that mean that most nodes leave the registry alone. */
  private static final int FEW = NODES / 2;

  private final Fleet fleet = new Fleet(Duration.ofMinutes(2));

  @BeforeAll
  void start() throws Exception {
    List<String> launcher = fleet.frugalLauncher();
    try (ExecutorService pool = Executors.newFixedThreadPool(STARTED_AT_ONCE)) {
      List<Future<?>> starts = new ArrayList<>();
      for (int i = 1; i <= NODES; i++) {
        String name = "n" + i;
        starts.add(
            pool.submit(() -> {
              fleet.addRuntime(name, Nodes.containerd(ContainerdNode.Version.V1_6));
              fleet.addAgent(name, launcher);
            }));
      }
      for (Future<?> start : starts) {
        start.get();
      }
    }
  }

  @AfterEach
  void heal() {
    fleet.faulty().behave(new FaultyRegistry.Passing());
  }

  @AfterAll
  void stop() {
    fleet.close();
  }

  @Test
  void aRegistryThatHasTooMuchToDoIsAskedLessAndLessAndServesAllInTheEnd() {
    String image = fleet.pushBehindFault("busy/app", "1", LAYER_BYTES);
    fleet.node("n1").pullAgain(image);
    fleet.faulty().behave(new FaultyRegistry.Limiting(0));
    Instant limited = Instant.now();

    fleet.listInFull(
        """
        rollout: {maxNodesPulling: 100%%, failureTolerance: 100%%}
        images: ["%s"]
        """
            .formatted(image));
    fleet.eventually(
        "it is asked less",
        () -> {
          Instant now = Instant.now();
          return mostInAWindow(limited, now) > FALLEN * FEW
              && requestsAfter(now.minus(WINDOW)) < FEW;
        });
    Instant healed = Instant.now();
    long mostWhileLimited = mostInAWindow(limited, healed);
    long beforeItHealed = requestsAfter(healed.minus(WINDOW));
    fleet.faulty().behave(new FaultyRegistry.Passing());
    fleet.eventually("identical on all nodes", () -> fleet.controller().isIdenticalOn(NODES));

    assertThat(beforeItHealed).as("requests fell").isLessThan(mostWhileLimited / FALLEN);
    assertThat(mostInAWindow(healed, Instant.now()))
        .as("requests recovered")
        .isGreaterThan(2 * beforeItHealed);
  }

  @Test
  void aControllerThatStartsAgainMakesNobodyAskTheRegistry() {
    String image = fleet.pushBehindFault("restarted/app", "1", LAYER_BYTES);
    fleet.listInFull("rollout: {maxNodesPulling: 100%%}\nimages: [\"%s\"]".formatted(image));
    fleet.eventually("identical on all nodes", () -> fleet.controller().isIdenticalOn(NODES));
    int before = fleet.faulty().requests().size();

    fleet.controller().kill();
    fleet.controller().resume();
    fleet.eventually("identical again", () -> fleet.controller().isIdenticalOn(NODES));

    assertThat(fleet.faulty().requests()).hasSize(before);
  }

  private long requestsAfter(Instant begin) {
    return times().stream().filter(at -> !at.isBefore(begin)).count();
  }

  /** The most requests that came within {@link #WINDOW} from one of them on. */
  private long mostInAWindow(Instant begin, Instant end) {
    List<Instant> times =
        times().stream().filter(at -> !at.isBefore(begin) && at.isBefore(end)).sorted().toList();
    long most = 0;
    int first = 0;
    for (int last = 0; last < times.size(); last++) {
      while (times.get(first).plus(WINDOW).isBefore(times.get(last))) {
        first++;
      }
      most = Math.max(most, last - first + 1L);
    }
    return most;
  }

  private List<Instant> times() {
    return fleet.faulty().requests().stream().map(RegistryRequest::at).toList();
  }
}
