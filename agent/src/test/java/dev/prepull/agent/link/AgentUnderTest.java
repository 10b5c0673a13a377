package dev.prepull.agent.link;

import dev.prepull.agent.puller.PlanReceiver;
import dev.prepull.agent.report.ReportBook;
import dev.prepull.credentials.NodeCredentials;
import dev.prepull.loop.VertxEventLoop;
import dev.prepull.model.HeldImage;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.NodeHello;
import dev.prepull.model.NodeName;
import dev.prepull.model.NodePlan;
import dev.prepull.model.Platform;
import dev.prepull.model.PullPermit;
import dev.prepull.model.RuntimeInfo;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A {@link LinkClient} that tries again at once, with everything around it written down. */
final class AgentUnderTest implements PlanReceiver, LinkListener, AutoCloseable {

  /** What {@link #event} gives when the link stands. */
  static final String ATTACHED = "attached";

  final ReportBook book = new ReportBook();
  final Path ca;
  final Path token;
  final LinkClient link;

  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<Object> orders = new LinkedBlockingQueue<>();
  private volatile NodeSide.HelloSource hello = () -> hello(List.of());

  /** An agent with its token "secret" in a file. */
  AgentUnderTest(Vertx vertx, Path directory, Path trusted, int port) throws Exception {
    ca = Files.copy(trusted, directory.resolve("ca.crt"));
    token = Files.writeString(directory.resolve("token"), "secret\n");
    link =
        new LinkClient(
            vertx,
            new VertxEventLoop(vertx, Clock.systemUTC()),
            new ReconnectDelays(() -> 0),
            new LinkSettings(
                FakeController.HOST,
                port,
                ca,
                token,
                Duration.ofSeconds(10),
                Duration.ofMillis(50)),
            new NodeSide(() -> hello.hello(), this, book, this));
  }

  /** What the agent says of itself from now on. */
  void says(NodeSide.HelloSource source) {
    hello = source;
  }

  /** A Hello with that inventory. */
  static NodeHello hello(List<HeldImage> inventory) {
    return new NodeHello(
        new NodeName("node-1"),
        new RuntimeInfo("docker", "28.5.1"),
        Platform.parse("linux/amd64"),
        "0.1.0",
        Map.of("zone", "a"),
        3,
        inventory);
  }

  /** The next thing that the listener was told: {@link #ATTACHED}, or why it is not. */
  String event() throws InterruptedException {
    return Objects.requireNonNull(events.poll(10, TimeUnit.SECONDS), "nothing was told in 10 s");
  }

  /** The next plan, credentials, locks or list of permits. */
  Object order() throws InterruptedException {
    return Objects.requireNonNull(orders.poll(10, TimeUnit.SECONDS), "no order came in 10 s");
  }

  @Override
  public void plan(NodePlan plan) {
    orders.add(plan);
  }

  @Override
  public void credentials(NodeCredentials credentials) {
    orders.add(credentials);
  }

  @Override
  public void lock(Map<ImageReference, ImageDigest> locks) {
    orders.add(locks);
  }

  @Override
  public void permit(Collection<PullPermit> permits) {
    orders.add(List.copyOf(permits));
  }

  @Override
  public void attached(boolean attached) {
    // The listener is told the same, and why.
  }

  @Override
  public void attached() {
    events.add(ATTACHED);
  }

  @Override
  public void detached(String reason) {
    events.add(reason);
  }

  @Override
  public void close() {
    link.close();
  }
}
