package dev.prepull.controller.admin;

import dev.prepull.controller.reconcile.ControllerListener;
import dev.prepull.controller.rollout.RolloutFigures;
import dev.prepull.controller.signal.NodeChange;
import dev.prepull.controller.signal.SignalListener;
import dev.prepull.controller.status.RolloutStatus;
import dev.prepull.controller.status.RolloutStatus.ImageStatus;
import dev.prepull.controller.status.WaveStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The controller's metrics. Their number does not grow with nodes or images. Thread-safe.
 *
 * @see <a href="https://prometheus.io/docs/practices/naming/">naming conventions</a>
 */
public final class ControllerMetrics implements ControllerListener, SignalListener {

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Timer planning =
      Timer.builder("prepull.controller.plan.duration")
          .description("How long it took to plan all nodes.")
          .register(registry);
  private final Counter plansSent =
      Counter.builder("prepull.controller.plans.sent")
          .description("Plans sent to agents.")
          .register(registry);
  private volatile @Nullable RolloutStatus status;
  private volatile boolean leading;
  private volatile RolloutFigures rollouts = new RolloutFigures(0, 0);

  /** Metrics of a controller that has done nothing yet. */
  public ControllerMetrics() {
    Gauge.builder("prepull.controller.leader", () -> leading ? 1 : 0)
        .description("1 if this controller leads, 0 if it is a standby.")
        .register(registry);
    gauge("prepull.nodes.desired", "Nodes that some image is meant for.", s -> s.nodes().desired());
    gauge("prepull.nodes.attached", "Those whose agent is connected.", s -> s.nodes().attached());
    gauge("prepull.nodes.complete", "Those that hold all.", s -> s.nodes().complete());
    gauge("prepull.images.desired", "Images of all lists.", s -> s.images().size());
    gauge(
        "prepull.images.identical",
        "Images that every targeted node reports with the locked digest.",
        s -> (int) s.images().stream().filter(ImageStatus::identical).count());
    gauge(
        "prepull.images.locked",
        "Images whose digest is locked.",
        s -> (int) s.images().stream().filter(i -> i.digest() != null).count());
    for (WaveStatus.Phase phase : WaveStatus.Phase.values()) {
      Gauge.builder("prepull.images.phase", () -> current(s -> inPhase(s, phase.word())))
          .description("Images by how far they have spread.")
          .tag("phase", phase.word())
          .register(registry);
    }
    gauge(
        "prepull.images.failing",
        "Images that fail or are blocked on some node.",
        s ->
            (int)
                s.images().stream()
                    .map(ImageStatus::nodes)
                    .filter(ControllerMetrics::isFailing)
                    .count());
    gauge(
        "prepull.lists.rejected",
        "ConfigMaps whose newest version is not in force.",
        s -> (int) s.lists().stream().filter(list -> !list.accepted()).count());
    rollout("prepull.permits.used", "Pulls that nodes may run now.", RolloutFigures::permitsInUse);
    rollout(
        "prepull.registries.paused",
        "Registry hosts that are left alone for a while.",
        RolloutFigures::pausedRegistries);
  }

  private static boolean isFailing(RolloutStatus.Counts nodes) {
    return nodes.failed() + nodes.blocked() > 0;
  }

  private void rollout(String name, String help, ToIntFunction<RolloutFigures> value) {
    Gauge.builder(name, () -> value.applyAsInt(rollouts)).description(help).register(registry);
  }

  private static int inPhase(RolloutStatus status, String phase) {
    return (int) status.images().stream().filter(i -> i.phase().equals(phase)).count();
  }

  private void gauge(String name, String help, ToIntFunction<RolloutStatus> value) {
    Gauge.builder(name, () -> current(value)).description(help).register(registry);
  }

  private int current(ToIntFunction<RolloutStatus> value) {
    RolloutStatus current = status;
    return current == null ? 0 : value.applyAsInt(current);
  }

  @Override
  public void planned(int nodes, int sent, Duration took) {
    planning.record(took);
    plansSent.increment(sent);
  }

  @Override
  public void statusChanged(RolloutStatus newest) {
    status = newest;
  }

  @Override
  public void rolling(RolloutFigures newest) {
    rollouts = newest;
  }

  /** This controller leads from now on. */
  public void leading() {
    leading = true;
  }

  /** Counts an agent that was not let in. */
  public void agentRefused(String reason) {
    Counter.builder("prepull.controller.agents.refused")
        .description("Agents that were not let in.")
        .tag("reason", reason)
        .register(registry)
        .increment();
  }

  /** Counts a request to the webhook. */
  public void listReviewed(String outcome) {
    Counter.builder("prepull.controller.webhook.reviews")
        .description("Requests to the webhook.")
        .tag("outcome", outcome)
        .register(registry)
        .increment();
  }

  /** Counts a request that the API server did not serve. */
  public void apiRequestFailed(String request) {
    Counter.builder("prepull.controller.api.failures")
        .description("Requests that the API server did not serve.")
        .tag("request", request)
        .register(registry)
        .increment();
  }

  @Override
  public void signalled(NodeChange change) {
    boolean timedOut = change instanceof NodeChange.Untaint untaint && untaint.timedOut();
    Counter.builder("prepull.controller.node.writes")
        .description("Writes to Nodes, by what they were told to tell.")
        .tag("signal", change.signal().word())
        .tag("cause", timedOut ? "timeout" : "images")
        .register(registry)
        .increment();
  }

  /** The whole page in the Prometheus text format. */
  String page() {
    return registry.scrape();
  }
}
