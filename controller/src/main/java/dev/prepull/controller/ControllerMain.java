package dev.prepull.controller;

import dev.prepull.controller.admin.AdminServer;
import dev.prepull.controller.admin.ControllerMetrics;
import dev.prepull.controller.config.ControllerConfig;
import dev.prepull.controller.config.ControllerFlags;
import dev.prepull.controller.config.LinkConfig;
import dev.prepull.controller.config.WebhookConfig;
import dev.prepull.controller.credentials.CloudTokens;
import dev.prepull.controller.kube.KubeCluster;
import dev.prepull.controller.kube.LeaderElection;
import dev.prepull.controller.kube.LinkSecret;
import dev.prepull.controller.kube.SecretCertificate;
import dev.prepull.controller.kube.WebhookConfiguration;
import dev.prepull.controller.link.LeaderRelay;
import dev.prepull.controller.link.LinkServer;
import dev.prepull.controller.link.LinkServerSettings;
import dev.prepull.controller.link.RefusalMemory;
import dev.prepull.controller.link.SharedTokenAuthenticator;
import dev.prepull.controller.plan.DigestLock;
import dev.prepull.controller.reconcile.AgentAuthenticator;
import dev.prepull.controller.reconcile.AgentObserver;
import dev.prepull.controller.reconcile.LeaderAddress;
import dev.prepull.controller.reconcile.Leadership;
import dev.prepull.controller.reconcile.Reconciler;
import dev.prepull.controller.reconcile.RegistryTokens;
import dev.prepull.controller.reconcile.StatusSink;
import dev.prepull.controller.standalone.AttachedNodes;
import dev.prepull.controller.standalone.ConsoleStatus;
import dev.prepull.controller.standalone.FileLists;
import dev.prepull.controller.standalone.FilePullObjects;
import dev.prepull.controller.standalone.LoggedEvents;
import dev.prepull.controller.standalone.StateFile;
import dev.prepull.controller.tls.CertificateFiles;
import dev.prepull.controller.tls.CertificateSource;
import dev.prepull.controller.tls.CertificateWatch;
import dev.prepull.controller.tls.LinkKeys;
import dev.prepull.controller.tls.ServingCertificate;
import dev.prepull.controller.webhook.WebhookServer;
import dev.prepull.loop.EventLoop;
import dev.prepull.loop.VertxEventLoop;
import dev.prepull.program.Flags;
import dev.prepull.program.HostPort;
import dev.prepull.program.Program;
import dev.prepull.program.StartupException;
import dev.prepull.program.Stops;
import dev.prepull.program.UsageException;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wires the controller; nothing else. */
public final class ControllerMain {

  private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);
  private static final int FAILURE = 1;

  private static final Logger log = LoggerFactory.getLogger(ControllerMain.class);

  private final ControllerConfig config;
  private final Stops stops = new Stops();
  private final Clock clock = Clock.systemUTC();
  private final ControllerMetrics metrics = new ControllerMetrics();

  private ControllerMain(ControllerConfig config) {
    this.config = config;
  }

  /** Runs until SIGTERM. */
  public static void main(String[] arguments) {
    Program program =
        new Program(
            "java -jar prepull-controller.jar [flags]",
            ControllerFlags.ALL,
            System.out,
            System.err);
    System.exit(program.run(arguments, System.getenv(), ControllerMain::start));
  }

  private static AutoCloseable start(Flags flags)
      throws UsageException, StartupException, InterruptedException {
    ControllerMain main = new ControllerMain(ControllerConfig.from(flags));
    return main.stops.startAll(main::start);
  }

  private void start() throws StartupException, InterruptedException {
    Vertx vertx = Vertx.vertx();
    stops.add(() -> vertx.close().await());
    EventLoop loop = new VertxEventLoop(vertx, clock);
    AdminServer admin = stops.add(new AdminServer(vertx, metrics));
    admin.start(config.httpListen());
    if (config.webhook() != null) {
      serveWebhook(vertx, loop, config.webhook());
    }
    Path listsFrom = config.listsFrom();
    Source source = listsFrom == null ? cluster(vertx, loop, admin) : standalone(loop, listsFrom);
    ServingCertificate certificate = source.certificate().read();
    LinkServer link =
        stops.add(
            new LinkServer(
                vertx,
                new LinkServerSettings(config.link().listen(), KEEP_ALIVE),
                certificate,
                new LinkServer.Doorkeeper(
                    new RefusalMemory(source.authenticator(), clock),
                    reason -> metrics.agentRefused(reason.word()),
                    source.leadership()),
                source.agents()));
    link.start();
    new CertificateWatch(
            source.certificate(), loop, task -> Thread.ofVirtual().name("certificate").start(task))
        .follow(
            certificate,
            next -> {
              var _ = link.show(next);
            });
    admin.show(source.reconciler());
  }

  /** Leading or not: a list is judged by its text alone. */
  private void serveWebhook(Vertx vertx, EventLoop loop, WebhookConfig webhook)
      throws StartupException, InterruptedException {
    LinkConfig link = config.link();
    LinkConfig.TlsFiles files = link.files();
    CertificateSource source =
        files == null
            ? stops.add(
                SecretCertificate.of(config.kubeconfig(), config.namespace(), link.secret()))
            : new CertificateFiles(files.certificate(), files.key());
    WebhookServer server =
        stops.add(
            new WebhookServer(
                vertx,
                config.namespace(),
                stopgap(link),
                outcome -> metrics.listReviewed(outcome.word())));
    server.start(webhook.listen());
    new CertificateWatch(source, loop, task -> Thread.ofVirtual().name("certificate").start(task))
        .awaitFirst(first -> {
          var _ = server.show(first);
        });
  }

  private ServingCertificate stopgap(LinkConfig link) throws StartupException {
    try {
      return LinkKeys.stopgap(link.names(), clock.instant());
    } catch (GeneralSecurityException e) {
      throw new StartupException(
          "Tried to make a certificate for %s but failed: %s. Check --tls-names."
              .formatted(link.names(), e.getMessage()),
          e);
    }
  }

  /**
   * Ends the process at once when it leads no more: nothing of it may write or speak to agents from
   * then on, and a new process knows nothing that is out of date.
   */
  private final class EndOfLeadership implements LeaderElection.Listener {

    @Override
    public void lost() {
      Runtime.getRuntime().halt(FAILURE);
    }

    @Override
    public void requestFailed(String request) {
      metrics.apiRequestFailed(request);
    }
  }

  /** Whether it may work, the loop, what agents are to talk to, and how they are let in. */
  private record Source(
      Leadership leadership,
      Reconciler reconciler,
      AgentObserver agents,
      AgentAuthenticator authenticator,
      CertificateSource certificate) {}

  private Source cluster(Vertx vertx, EventLoop loop, AdminServer admin)
      throws StartupException, InterruptedException {
    LeaderElection election = config.leaderElect() ? stops.add(election()) : null;
    Leadership leadership = election == null ? Leadership.ALWAYS : election;
    KubeCluster cluster =
        stops.add(
            KubeCluster.connect(
                new KubeCluster.Access(
                    config.kubeconfig(), config.namespace(), leadership, config.signals()),
                loop,
                metrics::apiRequestFailed));
    cluster.startInformers();
    if (election != null) {
      standBy(election, vertx, admin);
    }
    metrics.leading();
    cluster.checkAccess();
    Reconciler reconciler =
        new Reconciler(
            loop,
            new Reconciler.World(
                cluster.statusSink(),
                cluster.listEvents(),
                metrics,
                cluster.signalHoldings(metrics)),
            new Reconciler.Credentials(cluster.pullObjects(), registryTokens(loop)),
            cluster.knownLocks(),
            new SplittableRandom());
    cluster.watch(reconciler);
    LinkConfig link = config.link();
    if (config.webhook() != null) {
      stops.add(
          cluster.webhookConfiguration(
              new WebhookConfiguration.Names(
                  config.namespace(), link.trusted(), config.webhook().configuration())));
    }
    Path sharedToken = link.sharedToken();
    LinkConfig.TlsFiles files = link.files();
    return new Source(
        leadership,
        reconciler,
        reconciler,
        sharedToken == null
            ? cluster.authenticator(link.serviceAccount(), clock)
            : SharedTokenAuthenticator.of(sharedToken),
        files == null
            ? cluster.linkSecret(
                new LinkSecret.Names(
                    config.namespace(), link.secret(), link.trusted(), link.names()),
                clock)
            : new CertificateFiles(files.certificate(), files.key()));
  }

  private LeaderElection election() throws StartupException {
    // With a thread of its own: planning for thousands of nodes must not hold up a renewal.
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    stops.add(() -> vertx.close().await());
    String host = Objects.requireNonNullElse(System.getenv("HOSTNAME"), "controller");
    String advertised = config.advertiseHost();
    return LeaderElection.begin(
        config.kubeconfig(),
        new LeaderElection.Candidate(
            config.namespace(),
            host + "_" + UUID.randomUUID(),
            advertised == null
                ? null
                : new LeaderAddress(
                    new HostPort(advertised, config.link().listen().port()),
                    new HostPort(advertised, config.httpListen().port())),
            System::nanoTime),
        new VertxEventLoop(vertx, clock),
        new EndOfLeadership());
  }

  /** Leads whoever comes here on to the controller that leads, until it is this one. */
  private void standBy(LeaderElection election, Vertx vertx, AdminServer admin)
      throws StartupException, InterruptedException {
    admin.standBy(
        new AdminServer.Standby(
            election::standing, () -> election.leader().map(LeaderAddress::http)));
    try (LeaderRelay relay =
        new LeaderRelay(vertx, () -> election.leader().map(LeaderAddress::link))) {
      relay.start(config.link().listen());
      election.awaitLeadership();
    }
  }

  private Source standalone(EventLoop loop, Path listsFrom) throws StartupException {
    ConsoleStatus console = new ConsoleStatus();
    StatusSink sink = console;
    List<DigestLock> knownLocks = List.of();
    Path stateFile = config.stateFile();
    if (stateFile == null) {
      log.info("Without --state-file the digest locks end with this process");
    } else {
      StateFile state =
          stops.add(StateFile.open(stateFile, loop, task -> Thread.ofVirtual().start(task)));
      knownLocks = state.knownLocks();
      sink =
          (status, locks) -> {
            console.publish(status, locks);
            state.keep(locks);
          };
    }
    FilePullObjects pullObjects =
        new FilePullObjects(listsFrom, task -> Thread.ofVirtual().name("pull-objects").start(task));
    Reconciler reconciler =
        new Reconciler(
            loop,
            new Reconciler.World(sink, new LoggedEvents(), metrics),
            new Reconciler.Credentials(pullObjects, registryTokens(loop)),
            knownLocks,
            new SplittableRandom());
    stops.add(FileLists.start(listsFrom, reconciler, pullObjects));
    LinkConfig.TlsFiles files = Objects.requireNonNull(config.link().files());
    metrics.leading();
    return new Source(
        Leadership.ALWAYS,
        reconciler,
        new AttachedNodes(reconciler, reconciler),
        SharedTokenAuthenticator.of(Objects.requireNonNull(config.link().sharedToken())),
        new CertificateFiles(files.certificate(), files.key()));
  }

  private RegistryTokens registryTokens(EventLoop loop) {
    return config.cloudRegistries().isEmpty()
        ? RegistryTokens.NONE
        : CloudTokens.of(
            config.cloudRegistries(),
            loop,
            task -> Thread.ofVirtual().name("registry-token").start(task),
            new SplittableRandom());
  }
}
