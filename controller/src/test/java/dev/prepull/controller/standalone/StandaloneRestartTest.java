package dev.prepull.controller.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.list.RawList;
import dev.prepull.controller.reconcile.AgentSession;
import dev.prepull.controller.reconcile.ControllerListener;
import dev.prepull.controller.reconcile.Reconciler;
import dev.prepull.controller.reconcile.RegistryTokens;
import dev.prepull.controller.status.RolloutStatus;
import dev.prepull.credentials.NodeCredentials;
import dev.prepull.loop.FakeEventLoop;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.NodeHello;
import dev.prepull.model.NodeName;
import dev.prepull.model.NodePlan;
import dev.prepull.model.Platform;
import dev.prepull.model.PullPermit;
import dev.prepull.model.RuntimeInfo;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A controller that has just started and learns its nodes only from the agents that come back. */
class StandaloneRestartTest {

  private static final ControllerListener NOBODY =
      new ControllerListener() {
        @Override
        public void planned(int nodes, int plansSent, Duration took) {}

        @Override
        public void statusChanged(RolloutStatus status) {}
      };

  /** Remembers how many images each plan had. */
  private static final class Session implements AgentSession {
    private final List<Integer> plans = new ArrayList<>();

    @Override
    public void send(NodePlan plan, Map<ImageReference, ImageDigest> locks) {
      plans.add(plan.images().size());
    }

    @Override
    public void show(NodeCredentials credentials) {}

    @Override
    public void lock(Map<ImageReference, ImageDigest> locks) {}

    @Override
    public void permit(Collection<PullPermit> permits) {}

    @Override
    public void close(String why) {}
  }

  private final FakeEventLoop loop = new FakeEventLoop();
  private final Reconciler reconciler =
      new Reconciler(
          loop,
          new Reconciler.World((status, locks) -> {}, (configMap, kind, message) -> {}, NOBODY),
          new Reconciler.Credentials(
              new FilePullObjects(Path.of("lists.yaml"), Runnable::run), RegistryTokens.NONE),
          List.of(),
          new SplittableRandom(1));

  private static NodeHello hello(String node) {
    return new NodeHello(
        new NodeName(node),
        new RuntimeInfo("containerd", "2.1.0"),
        Platform.parse("linux/amd64"),
        "0.1.0",
        Map.of(),
        3,
        List.of());
  }

  @Test
  void neverTellsAnAgentToHoldNothingBeforeItKnowsWhatTheNodeShallHold() {
    AttachedNodes agents = new AttachedNodes(reconciler, reconciler);
    reconciler.listsObserved(
        List.of(new RawList("apps", "1", Map.of("images", "nginx:1\nredis:7"), Set.of())));
    loop.advance(Duration.ofSeconds(1));
    Session first = new Session();
    Session second = new Session();

    agents.attached(first, hello("n1"));
    loop.run();
    agents.attached(second, hello("n2"));
    loop.advance(Duration.ofSeconds(1));

    assertThat(first.plans).containsExactly(2);
    assertThat(second.plans).containsExactly(2);
  }
}
