package dev.prepull.agent;

import dev.prepull.agent.admin.AdminServer;
import dev.prepull.agent.admin.AgentMetrics;
import dev.prepull.agent.admin.PlanBoard;
import dev.prepull.agent.admin.Readiness;
import dev.prepull.agent.config.AgentConfig;
import dev.prepull.agent.config.AgentFlags;
import dev.prepull.agent.config.ProviderPaths;
import dev.prepull.agent.credentials.CredentialSource;
import dev.prepull.agent.credentials.ExecProviders;
import dev.prepull.agent.credentials.JoinedCredentials;
import dev.prepull.agent.credentials.NodeDockerConfigs;
import dev.prepull.agent.credentials.PullCredentials;
import dev.prepull.agent.link.LinkClient;
import dev.prepull.agent.link.LinkSettings;
import dev.prepull.agent.link.NodeSide;
import dev.prepull.agent.link.ReconnectDelays;
import dev.prepull.agent.puller.Backoff;
import dev.prepull.agent.puller.Ownership;
import dev.prepull.agent.puller.Puller;
import dev.prepull.agent.puller.PullerSettings;
import dev.prepull.agent.puller.RuntimeCalls;
import dev.prepull.agent.puller.disk.DiskBudget;
import dev.prepull.agent.puller.disk.DiskGuard;
import dev.prepull.agent.puller.disk.FileStoreFilesystem;
import dev.prepull.agent.puller.journal.JournalFile;
import dev.prepull.agent.report.ReportBook;
import dev.prepull.agent.runtime.ImageRuntime;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.loop.VertxEventLoop;
import dev.prepull.model.NodeHello;
import dev.prepull.model.Platform;
import dev.prepull.model.RuntimeInfo;
import dev.prepull.program.Flags;
import dev.prepull.program.Program;
import dev.prepull.program.StartupException;
import dev.prepull.program.Stops;
import dev.prepull.program.UsageException;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ThreadFactory;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wires the agent; nothing else. */
public final class AgentMain {

  private static final Logger log = LoggerFactory.getLogger(AgentMain.class);
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);
  private static final Duration TOKEN_INTERVAL = Duration.ofSeconds(30);

  private final AgentConfig config;
  private final Stops stops = new Stops();
  private final Clock clock = Clock.systemUTC();
  private final Random random = new Random();

  private AgentMain(AgentConfig config) {
    this.config = config;
  }

  /** Runs until SIGTERM. */
  public static void main(String[] arguments) {
    Program program =
        new Program("java -jar prepull-agent.jar [flags]", AgentFlags.ALL, System.out, System.err);
    System.exit(program.run(arguments, System.getenv(), AgentMain::start));
  }

  private static AutoCloseable start(Flags flags)
      throws UsageException, StartupException, InterruptedException {
    AgentMain main = new AgentMain(AgentConfig.from(flags));
    return main.stops.startAll(main::start);
  }

  private void start() throws StartupException, InterruptedException {
    PullCredentials credentials = new PullCredentials(credentialsOfNode());
    Vertx vertx = smallVertx();
    stops.add(() -> vertx.close().await());
    ImageRuntime runtime = stops.add(RuntimeSelection.open(config, vertx, clock));
    RuntimeInfo info = info(runtime);
    log.atInfo().addKeyValue("node", config.node()).addKeyValue("runtime", info).log("Starting");

    ReportBook book = new ReportBook();
    DiskBudget disk =
        new DiskBudget(
            new FileStoreFilesystem(config.imageFilesystem(), runtime),
            new DiskGuard(config.diskThreshold()));
    AgentMetrics metrics = new AgentMetrics(version(), info, book, disk::reading);
    VertxEventLoop loop = new VertxEventLoop(vertx, clock);
    ThreadFactory threads = Thread.ofVirtual().name("runtime-", 0).factory();
    JournalFile journal = JournalFile.in(config.stateDirectory());
    Puller puller =
        stops.add(
            new Puller(
                new RuntimeCalls(loop, runtime, credentials, threads),
                new Backoff(random),
                new PullerSettings(config.maxConcurrentPulls(), config.pollInterval()),
                disk,
                new Ownership(loop, threads, journal.read(clock.instant()), journal),
                new PullListeners(book, metrics)));
    puller.followEvents();
    PlanBoard board = new PlanBoard(puller, book);
    LinkClient link =
        stops.add(
            new LinkClient(
                vertx,
                loop,
                new ReconnectDelays(random),
                new LinkSettings(
                    config.controller().host(),
                    config.controller().port(),
                    config.caFile(),
                    config.tokenFile(),
                    KEEP_ALIVE,
                    TOKEN_INTERVAL),
                new NodeSide(() -> hello(runtime), board, book, metrics)));
    link.check();
    Readiness readiness = new Readiness(board, config.readyTimeout(), System::nanoTime);
    stops
        .add(new AdminServer(vertx, new AdminServer.Plan(board, readiness), book, metrics))
        .start(config.httpListen());
    link.start();
  }

  /** What the node has itself, in the order in which registries are shown it. */
  private CredentialSource credentialsOfNode() throws StartupException {
    List<CredentialSource> sources = new ArrayList<>();
    sources.add(
        new NodeDockerConfigs(
            config.dockerConfigs(), programDirectories(), NodeDockerConfigs.HELPER_LIMIT));
    ProviderPaths providers = config.credentialProviders();
    if (providers != null) {
      sources.add(
          ExecProviders.open(providers.config(), providers.programs(), ExecProviders.LIMIT, clock));
    }
    return new JoinedCredentials(sources);
  }

  /** Where a shell would look for programs. */
  private static List<Path> programDirectories() {
    return Pattern.compile(":")
        .splitAsStream(System.getenv().getOrDefault("PATH", ""))
        .filter(directory -> !directory.isEmpty())
        .map(Path::of)
        .toList();
  }

  /**
   * One event loop is plenty for one stream and a few sockets; nothing is read from the class path.
   */
  private static Vertx smallVertx() {
    return Vertx.vertx(
        new VertxOptions()
            .setEventLoopPoolSize(1)
            .setWorkerPoolSize(2)
            .setInternalBlockingPoolSize(2)
            .setPreferNativeTransport(true)
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setClassPathResolvingEnabled(false)
                    .setFileCachingEnabled(false)));
  }

  private static RuntimeInfo info(ImageRuntime runtime)
      throws StartupException, InterruptedException {
    try {
      return runtime.info();
    } catch (RuntimeUnavailableException e) {
      throw new StartupException(String.valueOf(e.getMessage()), e);
    }
  }

  private NodeHello hello(ImageRuntime runtime)
      throws RuntimeUnavailableException, InterruptedException {
    return new NodeHello(
        config.node(),
        runtime.info(),
        Platform.ofThisMachine(),
        version(),
        config.nodeLabels(),
        config.maxConcurrentPulls(),
        runtime.list());
  }

  private static String version() {
    return Objects.requireNonNullElse(
        AgentMain.class.getPackage().getImplementationVersion(), "unreleased");
  }
}
