package dev.prepull.controller.kube;

import dev.prepull.controller.list.RawList;
import dev.prepull.controller.plan.DigestLock;
import dev.prepull.controller.reconcile.AgentAuthenticator;
import dev.prepull.controller.reconcile.ClusterObserver;
import dev.prepull.controller.reconcile.HoldingObserver;
import dev.prepull.controller.reconcile.Leadership;
import dev.prepull.controller.reconcile.ListEvents;
import dev.prepull.controller.reconcile.PullObjects;
import dev.prepull.controller.reconcile.StatusSink;
import dev.prepull.controller.signal.NodeSignals;
import dev.prepull.controller.signal.SignalListener;
import dev.prepull.controller.signal.SignalSettings;
import dev.prepull.loop.EventLoop;
import dev.prepull.program.StartupException;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.informer.SharedIndexInformer;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.AuthenticationV1Api;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1Node;
import io.kubernetes.client.openapi.models.V1NodeList;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster behind an API server: PrePullList ConfigMaps and Nodes in, status and Events out. It
 * needs list and watch on ConfigMaps of one namespace and on Nodes, create and update on ConfigMaps
 * and Events of that namespace, and list and watch on the Secrets and ServiceAccounts that lists
 * name; for agents' tokens create on TokenReviews (and get on Pods of the namespace before
 * Kubernetes 1.30), for the link's certificate get and update on one Secret and one ConfigMap, and
 * for the webhook's trust list, watch and patch on one ValidatingWebhookConfiguration. For what
 * Nodes are to tell it needs patch on Nodes or on their status, and create on Events of the
 * namespace {@code default}. What {@link LeaderElection} needs comes on top.
 */
public final class KubeCluster implements AutoCloseable {

  private static final String LIST_SELECTOR = RawList.LABEL + "=" + RawList.LABEL_VALUE;
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);

  /** Informers learn everything from their watch; nothing needs to be repeated. */
  private static final long NO_RESYNC = 0;

  private static final Logger log = LoggerFactory.getLogger(KubeCluster.class);

  private final ApiClient watchClient;
  private final ApiClient callClient;
  private final String namespace;
  private final EventLoop loop;
  private final Consumer<String> failures;
  private final SharedInformerFactory informers;
  private final SharedIndexInformer<V1ConfigMap> configMaps;
  private final SharedIndexInformer<V1Node> nodes;
  private final StatusConfigMap statusSink;
  private final KubeListEvents listEvents;
  private final KubePullObjects pullObjects;
  private final SignalSettings signals;

  private KubeCluster(
      ApiClient watchClient,
      ApiClient callClient,
      Access access,
      EventLoop loop,
      Consumer<String> failures) {
    this.watchClient = watchClient;
    this.callClient = callClient;
    this.namespace = access.namespace();
    this.signals = access.signals();
    this.loop = loop;
    this.failures = failures;
    this.informers = new SharedInformerFactory(watchClient);
    CoreV1Api watches = new CoreV1Api(watchClient);
    this.configMaps =
        informers.sharedIndexInformerFor(
            parameters ->
                watches
                    .listNamespacedConfigMap(namespace)
                    .labelSelector(LIST_SELECTOR)
                    .resourceVersion(parameters.resourceVersion)
                    .timeoutSeconds(parameters.timeoutSeconds)
                    .watch(parameters.watch)
                    .buildCall(null),
            V1ConfigMap.class,
            V1ConfigMapList.class,
            NO_RESYNC,
            this::watchFailed);
    this.nodes =
        informers.sharedIndexInformerFor(
            parameters ->
                watches
                    .listNode()
                    .resourceVersion(parameters.resourceVersion)
                    .timeoutSeconds(parameters.timeoutSeconds)
                    .watch(parameters.watch)
                    .buildCall(null),
            V1Node.class,
            V1NodeList.class,
            NO_RESYNC,
            this::watchFailed);
    configMaps.setTransform(KubeObjects::stripped);
    nodes.setTransform(KubeObjects::stripped);
    CoreV1Api calls = new CoreV1Api(callClient);
    this.statusSink =
        new StatusConfigMap(calls, namespace, loop, KubeClients::onVirtualThread, failures);
    this.listEvents =
        new KubeListEvents(
            calls,
            name -> configMaps.getIndexer().getByKey(namespace + "/" + name),
            loop::now,
            failures);
    this.pullObjects = new KubePullObjects(callClient, watchClient, namespace, failures);
  }

  /**
   * How it is reached.
   *
   * @param kubeconfig null for the way that a Pod reaches its API server
   * @param leadership without it nothing is written
   * @param signals what Nodes are to tell
   */
  public record Access(
      @Nullable Path kubeconfig, String namespace, Leadership leadership, SignalSettings signals) {}

  /**
   * Asks for nothing yet.
   *
   * @param failures is told each failed request in a few words, for a metric; any thread
   * @throws StartupException when it is not said how the API server can be reached
   */
  public static KubeCluster connect(Access access, EventLoop loop, Consumer<String> failures)
      throws StartupException {
    ApiClient calls = KubeClients.client(access.kubeconfig(), REQUEST_TIMEOUT);
    calls.setHttpClient(
        calls
            .getHttpClient()
            .newBuilder()
            .addNetworkInterceptor(new FencedWrites(access.leadership()))
            .build());
    ApiClient watches = KubeClients.client(access.kubeconfig(), Duration.ZERO);
    return new KubeCluster(watches, calls, access, loop, failures);
  }

  /** Begins to read lists and nodes, and to keep what it has read up to date. */
  public void startInformers() {
    informers.startAllRegisteredInformers();
  }

  /**
   * Makes sure that lists and nodes may be read. Blocks.
   *
   * @throws StartupException when the API server cannot be reached or refuses
   */
  public void checkAccess() throws StartupException {
    CoreV1Api api = new CoreV1Api(callClient);
    try {
      api.listNamespacedConfigMap(namespace).labelSelector(LIST_SELECTOR).limit(1).execute();
      api.listNode().limit(1).execute();
    } catch (ApiException e) {
      throw new StartupException(
          "Tried to list ConfigMaps of namespace %s and Nodes at %s but failed: %s. %s"
              .formatted(
                  namespace,
                  callClient.getBasePath(),
                  KubeFailures.describe(e),
                  KubeFailures.advice(e)),
          e);
    }
  }

  /**
   * The locks that an earlier controller left in the status ConfigMap. Blocks; to be asked before
   * anything is published.
   *
   * @throws StartupException when the API server does not answer as it should
   */
  public List<DigestLock> knownLocks() throws StartupException {
    return statusSink.readLocks();
  }

  /** Where the status goes. */
  public StatusSink statusSink() {
    return statusSink;
  }

  /** Where Events go. */
  public ListEvents listEvents() {
    return listEvents;
  }

  /** Where Secrets and ServiceAccounts come from. */
  public PullObjects pullObjects() {
    return pullObjects;
  }

  /** Lets in agents by tokens of that ServiceAccount of the namespace. */
  public AgentAuthenticator authenticator(String serviceAccount, Clock clock) {
    return new TokenReviews(
        new AuthenticationV1Api(callClient),
        new CoreV1Api(callClient),
        new TokenReviews.Account(namespace, serviceAccount),
        clock,
        KubeClients::onVirtualThread,
        failures);
  }

  /** Where the link's certificate is kept. */
  public LinkSecret linkSecret(LinkSecret.Names names, Clock clock) {
    return new LinkSecret(new CoreV1Api(callClient), names, clock, failures);
  }

  /** Keeps what the API server trusts the webhook by, until it is closed. */
  public WebhookConfiguration webhookConfiguration(WebhookConfiguration.Names names) {
    WebhookConfiguration configuration =
        new WebhookConfiguration(callClient, names, loop, KubeClients::onVirtualThread, failures);
    configuration.watch(watchClient);
    return configuration;
  }

  /**
   * Lets Nodes tell what they hold, as far as that is wanted. To be called before {@link #watch}.
   *
   * @return who has to be told what they hold
   */
  public HoldingObserver signalHoldings(SignalListener listener) {
    if (signals.used().isEmpty()) {
      return HoldingObserver.NONE;
    }
    NodePatches patches =
        new NodePatches(
            callClient,
            name -> nodes.getIndexer().getByKey(name),
            Objects.requireNonNullElse(signals.taint(), ""),
            loop::now,
            failures);
    NodeSignals nodeSignals =
        new NodeSignals(loop, KubeClients::onVirtualThread, signals, patches, listener);
    WholeSet.observe(
        nodes, node -> KubeObjects.view(node, signals.taint()), nodeSignals::nodesObserved, loop);
    return nodeSignals;
  }

  /** Begins to tell the observer what the informers know. Once per object. */
  public void watch(ClusterObserver observer) {
    WholeSet.observe(configMaps, KubeObjects::list, observer::listsObserved, loop);
    WholeSet.observe(
        nodes, node -> KubeObjects.node(node, signals.taint()), observer::nodesObserved, loop);
    listEvents.start();
  }

  private void watchFailed(Class<? extends KubernetesObject> type, Throwable failure) {
    String kind = type.getSimpleName().replaceFirst("^V1", "");
    failures.accept("watch " + kind);
    log.atWarn()
        .addKeyValue("kind", kind)
        .addKeyValue("namespace", namespace)
        .log(
            "Tried to list or watch but failed: {}. What was read before stays in force; it is tried again at once. {}",
            KubeFailures.describe(failure),
            KubeFailures.advice(failure));
  }

  @Override
  public void close() {
    statusSink.close();
    listEvents.close();
    pullObjects.close();
    informers.stopAllRegisteredInformers();
    for (ApiClient client : new ApiClient[] {watchClient, callClient}) {
      client.getHttpClient().dispatcher().executorService().shutdownNow();
      client.getHttpClient().connectionPool().evictAll();
    }
  }
}
