package dev.prepull.controller.link;

import dev.prepull.controller.reconcile.AgentAuthenticator;
import dev.prepull.controller.reconcile.AgentAuthenticator.Verdict;
import dev.prepull.controller.reconcile.AgentObserver;
import dev.prepull.controller.reconcile.AgentSession;
import dev.prepull.model.HeldImage;
import dev.prepull.model.ImageReport;
import dev.prepull.model.NodeHello;
import dev.prepull.model.NodeName;
import dev.prepull.model.PlanRevision;
import dev.prepull.model.Platform;
import dev.prepull.model.RuntimeInfo;
import dev.prepull.program.HostPort;
import dev.prepull.program.StartupException;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A {@link LinkServer} over TLS on a free port, and what it tells the loop. */
final class TestLink implements AgentObserver, AutoCloseable {

  /** The token that is let in. */
  static final String TOKEN = "secret";

  static final long PATIENCE_SECONDS = 20;

  /** Made once: it takes a process. */
  private static final TestCertificate CERTIFICATE = makeCertificate();

  /** Calls to the observer, such as {@code attached n1}. */
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

  private final BlockingQueue<AgentSession> sessions = new LinkedBlockingQueue<>();
  private final BlockingQueue<NodeHello> hellos = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> refusals = new LinkedBlockingQueue<>();
  private final Vertx vertx = Vertx.vertx();
  private final LinkServer server;
  private volatile boolean leading = true;

  private TestLink(AgentAuthenticator authenticator, Duration keepAlive) {
    server =
        new LinkServer(
            vertx,
            new LinkServerSettings(new HostPort("127.0.0.1", 0), keepAlive),
            CERTIFICATE.serving(),
            new LinkServer.Doorkeeper(
                authenticator, reason -> refusals.add(reason.word()), () -> leading),
            this);
  }

  /** A link that lets in {@link #TOKEN} alone. */
  static TestLink start() throws StartupException, InterruptedException {
    return start((token, node) ->
        CompletableFuture.completedFuture(
            token.equals(TOKEN)
                ? Verdict.Admitted.FOR_EVER
                : new Verdict.Refused("not the token of " + node)));
  }

  static TestLink start(AgentAuthenticator authenticator)
      throws StartupException, InterruptedException {
    return start(authenticator, Duration.ofMinutes(1));
  }

  static TestLink start(AgentAuthenticator authenticator, Duration keepAlive)
      throws StartupException, InterruptedException {
    TestLink link = new TestLink(authenticator, keepAlive);
    link.server.start();
    return link;
  }

  private static TestCertificate makeCertificate() {
    try {
      Path folder = Files.createTempDirectory("prepull-link");
      TestCertificate made = TestCertificate.in(folder);
      folder.toFile().deleteOnExit();
      made.certificate().toFile().deleteOnExit();
      made.key().toFile().deleteOnExit();
      return made;
    } catch (IOException | InterruptedException | GeneralSecurityException e) {
      throw new IllegalStateException("keytool made no certificate", e);
    }
  }

  static TestCertificate certificate() {
    return CERTIFICATE;
  }

  static NodeHello hello(String node, HeldImage... inventory) {
    return new NodeHello(
        new NodeName(node),
        new RuntimeInfo("containerd", "2.1.0"),
        Platform.parse("linux/amd64"),
        "0.1.0",
        Map.of("zone", "a"),
        3,
        List.of(inventory));
  }

  /** An agent that has presented that authorization and said nothing yet. */
  TestAgent connect(String authorization) {
    return TestAgent.connect(vertx, server.port(), CERTIFICATE.certificate(), authorization);
  }

  /** An agent that trusts that certificate alone. */
  TestAgent connectTrusting(TestCertificate trusted, String authorization) {
    return TestAgent.connect(vertx, server.port(), trusted.certificate(), authorization);
  }

  /** An agent behind that port, which leads to this link. */
  TestAgent connectThrough(int port) {
    return TestAgent.connect(vertx, port, CERTIFICATE.certificate(), "Bearer " + TestLink.TOKEN);
  }

  Vertx vertx() {
    return vertx;
  }

  /** An agent that was let in. */
  TestAgent attach(String node) throws InterruptedException {
    TestAgent agent = connect("Bearer " + TOKEN);
    agent.hello(hello(node));
    agent.awaitAdmission();
    return agent;
  }

  /** The next call to the observer. */
  String nextTold() throws InterruptedException {
    return next(told);
  }

  AgentSession nextSession() throws InterruptedException {
    return next(sessions);
  }

  NodeHello nextHello() throws InterruptedException {
    return next(hellos);
  }

  /** The next reason for which somebody was not let in. */
  String nextRefusal() throws InterruptedException {
    return next(refusals);
  }

  /** Whether the observer has nothing to be told. */
  boolean isQuiet() {
    return told.isEmpty();
  }

  static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    return Objects.requireNonNull(
        queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "nothing came in time");
  }

  int port() {
    return server.port();
  }

  /** Returns once that certificate is shown. */
  void show(TestCertificate other) {
    server.show(other.serving()).toCompletableFuture().join();
  }

  /** Somebody else leads from now on. */
  void loseLeadership() {
    leading = false;
  }

  void stopServer() {
    server.close();
  }

  @Override
  public void attached(AgentSession session, NodeHello hello) {
    sessions.add(session);
    hellos.add(hello);
    told.add("attached " + hello.node());
  }

  @Override
  public void reported(AgentSession session, List<ImageReport> reports) {
    told.add("reported " + reports.stream().map(r -> r.reference() + " " + r.state()).toList());
  }

  @Override
  public void acknowledged(AgentSession session, PlanRevision revision) {
    told.add("acknowledged " + revision);
  }

  @Override
  public void rejected(AgentSession session, PlanRevision revision, String error) {
    told.add("rejected %s: %s".formatted(revision, error));
  }

  @Override
  public void detached(AgentSession session) {
    told.add("detached");
  }

  @Override
  public void close() {
    server.close();
    vertx.close().await();
  }
}
