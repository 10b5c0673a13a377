package dev.prepull.controller.reconcile;

import dev.prepull.controller.list.PrePullList;
import dev.prepull.controller.list.RawList;
import dev.prepull.controller.plan.DigestLock;
import dev.prepull.controller.plan.NodeInfo;
import dev.prepull.controller.plan.PlannedFleet;
import dev.prepull.controller.plan.Planner;
import dev.prepull.controller.rollout.Orders;
import dev.prepull.controller.rollout.Rollouts;
import dev.prepull.controller.status.NodeStatus;
import dev.prepull.controller.status.NodeStatuses;
import dev.prepull.controller.status.Observation;
import dev.prepull.controller.status.RolloutStatus;
import dev.prepull.controller.status.StatusFold;
import dev.prepull.loop.EventLoop;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.NodeHello;
import dev.prepull.model.NodeName;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PlanRevision;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop: whatever happens, plan anew, send what changed, show the status.
 *
 * <p>It is level-triggered: lists, nodes and agents are always taken as they are now, so that a
 * restart or a lost event costs time but never correctness. All state belongs to one {@link
 * EventLoop}; the methods may be called from any thread.
 */
public final class Reconciler implements ClusterObserver, AgentObserver, FleetView {

  /** Edits within this time make one plan. */
  static final Duration DEBOUNCE = Duration.ofMillis(50);

  /** The status is folded at most this often while something changes. */
  static final Duration STATUS_INTERVAL = Duration.ofMillis(250);

  private static final Logger log = LoggerFactory.getLogger(Reconciler.class);

  private final EventLoop loop;
  private final StatusSink statusSink;
  private final HoldingNews holdings;
  private final ControllerListener listener;
  private final ListBook lists;
  private final CredentialDesk credentials;
  private final Rollouts waves;
  private final Dispatcher dispatcher;
  private final RolloutWatch rollouts;

  /** The newest session of each node; an older one may still have to be detached. */
  private final Map<NodeName, AttachedAgent> agents = new HashMap<>();

  private final Map<AgentSession, AttachedAgent> sessions = new IdentityHashMap<>();
  private List<NodeInfo> nodes = List.of();
  private Map<NodeName, String> uids = Map.of();
  private PlannedFleet fleet = PlannedFleet.EMPTY;
  private boolean listsSeen;
  private volatile boolean nodesSeen;
  private volatile boolean ready;
  private boolean planPending;
  private boolean statusPending;

  /** Whom the loop tells what it does. */
  public record World(
      StatusSink status, ListEvents events, ControllerListener listener, HoldingObserver holdings) {

    /** Where nobody needs to know which nodes hold their plan. */
    public World(StatusSink status, ListEvents events, ControllerListener listener) {
      this(status, events, listener, HoldingObserver.NONE);
    }
  }

  /** Where the loop gets credentials for the images of the lists. */
  public record Credentials(PullObjects objects, RegistryTokens tokens) {}

  /**
   * A loop that plans once it has been told lists and nodes.
   *
   * @param known the digest locks of the process before
   * @param random for jitter
   */
  public Reconciler(
      EventLoop loop,
      World world,
      Credentials sources,
      Collection<DigestLock> known,
      RandomGenerator random) {
    this.loop = loop;
    this.statusSink = world.status();
    this.holdings = new HoldingNews(world.holdings());
    this.listener = world.listener();
    this.lists = new ListBook(world.events());
    this.credentials = new CredentialDesk(loop, sources, world.events(), this::planSoon);
    this.rollouts = new RolloutWatch(world.events());
    this.waves = new Rollouts(known, loop.now(), random);
    this.dispatcher = new Dispatcher(loop, waves, agents, this::looked);
  }

  // --- what the cluster tells -------------------------------------------------------------------

  @Override
  public void listsObserved(List<RawList> observed) {
    loop.execute(() -> {
      boolean changed = lists.observe(observed);
      if (changed || !listsSeen) {
        listsSeen = true;
        planSoon();
      }
      showSoon();
    });
  }

  @Override
  public void listsUnreadable(String problem) {
    loop.execute(() -> {
      lists.unreadable(problem);
      showSoon();
    });
  }

  @Override
  public void nodesObserved(List<NodeInfo> observed) {
    loop.execute(() -> {
      if (!nodesSeen || !nodes.equals(observed)) {
        nodesSeen = true;
        nodes = List.copyOf(observed);
        uids = nodes.stream().collect(Collectors.toUnmodifiableMap(NodeInfo::name, NodeInfo::uid));
        uids.forEach(this::endSessionOfAnother);
        planSoon();
      }
    });
  }

  /**
   * What is known of a node that was replaced under the same name is about the one before. An agent
   * of the new one, if it was quick, attaches again.
   */
  private void endSessionOfAnother(NodeName node, String uid) {
    AttachedAgent agent = agents.get(node);
    if (agent != null && !agent.isOn(uid)) {
      log.atInfo()
          .addKeyValue("node", node)
          .addKeyValue("uid", uid)
          .log("The node was replaced under the same name; what its agent said is forgotten");
      agent.session().close("the node was replaced under the same name");
      forget(agent);
    }
  }

  // --- what agents tell -------------------------------------------------------------------------

  @Override
  public void attached(AgentSession session, NodeHello hello) {
    loop.execute(() -> {
      AttachedAgent agent = new AttachedAgent(session, hello);
      sessions.put(session, agent);
      agents.put(hello.node(), agent);
      Optional.ofNullable(uids.get(hello.node())).ifPresent(agent::isOn);
      waves.attached(hello);
      log.atInfo()
          .addKeyValue("node", hello.node())
          .addKeyValue("runtime", hello.runtime())
          .addKeyValue("agentVersion", hello.agentVersion())
          .log("Agent attached");
      bring(hello.node(), agent);
      showSoon();
    });
  }

  @Override
  public void reported(AgentSession session, List<ImageReport> reports) {
    loop.execute(() -> {
      of(session).ifPresent(agent -> take(agent, reports));
      showSoon();
    });
  }

  @Override
  public void acknowledged(AgentSession session, PlanRevision revision) {
    loop.execute(() -> of(session).ifPresent(agent -> agent.acknowledged(revision)));
  }

  @Override
  public void rejected(AgentSession session, PlanRevision revision, String error) {
    loop.execute(() ->
        of(session)
            .ifPresent(agent -> {
              if (agent.rejected(revision, error) && isNewest(agent)) {
                waves.refused(agent.hello().node());
                dispatcher.soon();
              }
              log.atError()
                  .addKeyValue("node", agent.hello().node())
                  .addKeyValue("revision", revision)
                  .log("The agent refused its plan: {}", error);
            }));
  }

  @Override
  public void detached(AgentSession session) {
    loop.execute(() -> of(session).ifPresent(this::forget));
  }

  private void forget(AttachedAgent agent) {
    sessions.remove(agent.session());
    NodeName node = agent.hello().node();
    if (agents.remove(node, agent)) {
      waves.detached(node);
      dispatcher.soon();
    }
    log.atInfo().addKeyValue("node", node).log("Agent detached");
    showSoon();
  }

  private Optional<AttachedAgent> of(AgentSession session) {
    return Optional.ofNullable(sessions.get(session));
  }

  private boolean isNewest(AttachedAgent agent) {
    return agents.get(agent.hello().node()) == agent;
  }

  /** An older session of the node has nothing to say about its rollouts any more. */
  private void take(AttachedAgent agent, Collection<ImageReport> reports) {
    if (isNewest(agent)) {
      for (ImageReport report : reports) {
        agent.reported(waves.reported(agent.hello().node(), report, loop.now()));
      }
      dispatcher.soon();
    }
  }

  // --- planning ---------------------------------------------------------------------------------

  private void planSoon() {
    if (!planPending && listsSeen && nodesSeen) {
      planPending = true;
      loop.after(DEBOUNCE, this::plan);
    }
  }

  private void plan() {
    planPending = false;
    Instant began = loop.now();
    List<PrePullList> inForce = lists.inForce();
    if (!credentials.areReadyFor(inForce)) {
      return;
    }
    fleet = Planner.plan(inForce, nodes);
    holdings.planned(uids);
    ready = true;
    if (!lists.isIncomplete()) {
      waves.planned(fleet, this::reportOf, began);
      dispatcher.soon();
    }
    int sent = 0;
    for (Map.Entry<NodeName, AttachedAgent> agent : agents.entrySet()) {
      sent += bring(agent.getKey(), agent.getValue()) ? 1 : 0;
    }
    credentials.settled(fleet.plans().values());
    Duration took = Duration.between(began, loop.now());
    listener.planned(nodes.size(), sent, took);
    log.atInfo()
        .addKeyValue("nodes", nodes.size())
        .addKeyValue("plansSent", sent)
        .addKeyValue("tookMs", took.toMillis())
        .log("Planned");
    showSoon();
  }

  /** A node that no plan was made for keeps what it has: an agent may be faster than its Node. */
  private boolean bring(NodeName node, AttachedAgent agent) {
    NodePlan plan = fleet.plans().get(node);
    if (plan == null || lists.isIncomplete()) {
      return false;
    }
    if (agent.has(plan)) {
      agent.show(credentials.of(plan));
      return false;
    }
    agent.bring(plan, waves.locksOf(plan));
    agent.show(credentials.of(plan));
    waves.brought(node, plan);
    dispatcher.soon();
    return true;
  }

  private @Nullable ImageReport reportOf(NodeName node, ImageReference reference) {
    AttachedAgent agent = agents.get(node);
    return agent == null ? null : agent.report(reference);
  }

  private void looked(Orders orders) {
    listener.rolling(waves.figures(loop.now()));
    if (!orders.orders().isEmpty()) {
      showSoon();
    }
  }

  private NodePlan planOf(NodeName node) {
    return fleet.planOf(node);
  }

  // --- status -----------------------------------------------------------------------------------

  private void showSoon() {
    if (!statusPending && ready) {
      statusPending = true;
      loop.after(
          STATUS_INTERVAL,
          () -> {
            statusPending = false;
            StatusFold.Folded folded = fold();
            RolloutStatus status = folded.status();
            holdings.folded(folded.holdings(), !lists.isIncomplete());
            rollouts.observe(status);
            listener.statusChanged(status);
            statusSink.publish(status, waves.locks());
          });
    }
  }

  private RolloutStatus foldStatus() {
    return fold().status();
  }

  private StatusFold.Folded fold() {
    Map<NodeName, Observation.Holdings> reported = new HashMap<>();
    agents.forEach((node, agent) -> reported.put(node, agent.holdings()));
    return StatusFold.fold(
        new Observation(
            loop.now(),
            credentials.advice(),
            lists.statuses(credentials::problemsOf),
            fleet.plans(),
            fleet.listsOf(),
            reported,
            waves.statuses()));
  }

  @Override
  public boolean isReady() {
    return ready;
  }

  @Override
  public CompletionStage<RolloutStatus> status() {
    return ask(this::foldStatus);
  }

  @Override
  public CompletionStage<List<NodeStatus>> nodes() {
    return ask(() ->
        knownNodes().stream().sorted().map(this::nodeStatus).map(NodeStatus::summary).toList());
  }

  @Override
  public CompletionStage<Optional<NodeStatus>> node(NodeName name) {
    return ask(
        () -> knownNodes().contains(name) ? Optional.of(nodeStatus(name)) : Optional.empty());
  }

  private Set<NodeName> knownNodes() {
    Set<NodeName> known = new HashSet<>(agents.keySet());
    nodes.forEach(node -> known.add(node.name()));
    return known;
  }

  private NodeStatus nodeStatus(NodeName name) {
    AttachedAgent agent = agents.get(name);
    return agent == null
        ? NodeStatuses.detached(name, planOf(name))
        : NodeStatuses.attached(planOf(name), agent.view());
  }

  private <T> CompletionStage<T> ask(Supplier<T> question) {
    return CompletableFuture.supplyAsync(question, loop);
  }
}
