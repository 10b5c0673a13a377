package dev.prepull.agent.admin;

import dev.prepull.agent.link.LinkListener;
import dev.prepull.agent.puller.PullListener;
import dev.prepull.agent.report.ReportBook;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.PullProblem;
import dev.prepull.model.RuntimeInfo;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The agent's metrics in the Prometheus text format, written by hand: a metrics library would cost
 * every node 5 MB. Thread-safe.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">exposition
 *     formats</a>
 */
public final class AgentMetrics implements PullListener, LinkListener {

  private final RuntimeInfo runtime;
  private final String version;
  private final ReportBook book;
  private final Map<String, Long> pulls = new TreeMap<>();
  private double pullSeconds;
  private long pullCount;
  private volatile boolean attached;

  /** Metrics of an agent of that version on that runtime. */
  public AgentMetrics(String version, RuntimeInfo runtime, ReportBook book) {
    this.version = version;
    this.runtime = runtime;
    this.book = book;
  }

  @Override
  public void attached() {
    attached = true;
  }

  @Override
  public void detached(String reason) {
    attached = false;
  }

  @Override
  public void changed(ImageReport report) {}

  @Override
  public synchronized void pulled(ImageReport outcome, Duration took) {
    PullProblem problem = outcome.problem();
    pulls.merge(problem == null ? "Success" : problem.reason().word(), 1L, Long::sum);
    pullSeconds += took.toMillis() / 1_000.0;
    pullCount++;
  }

  /** The whole page. Written with %s throughout, which takes no heed of the machine's locale. */
  synchronized String page(int planned) {
    StringBuilder page = new StringBuilder();
    describe(page, "prepull_agent_info", "gauge", "Versions of the agent and of its runtime.");
    page.append(
        "prepull_agent_info{version=\"%s\",runtime=\"%s\",runtime_version=\"%s\"} 1\n"
            .formatted(escaped(version), escaped(runtime.name()), escaped(runtime.version())));
    describe(page, "prepull_agent_attached", "gauge", "1 while the controller is connected.");
    page.append("prepull_agent_attached %s\n".formatted(attached ? 1 : 0));
    describe(page, "prepull_agent_planned_images", "gauge", "Images that the node shall hold.");
    page.append("prepull_agent_planned_images %s\n".formatted(planned));
    describe(page, "prepull_agent_images", "gauge", "Images of the plan by state.");
    states()
        .forEach((state, count) ->
            page.append("prepull_agent_images{state=\"%s\"} %s\n".formatted(state.word(), count)));
    describe(page, "prepull_agent_pulls_total", "counter", "Pulls that have ended, by outcome.");
    pulls.forEach((outcome, count) ->
        page.append("prepull_agent_pulls_total{outcome=\"%s\"} %s\n".formatted(outcome, count)));
    describe(page, "prepull_agent_pull_duration_seconds", "summary", "How long pulls took.");
    page.append("prepull_agent_pull_duration_seconds_sum %s\n".formatted(pullSeconds));
    page.append("prepull_agent_pull_duration_seconds_count %s\n".formatted(pullCount));
    return page.toString();
  }

  private Map<ImageState, Integer> states() {
    Map<ImageState, Integer> counts = new EnumMap<>(ImageState.class);
    for (ImageState state : ImageState.values()) {
      counts.put(state, 0);
    }
    book.all().forEach(report -> counts.merge(report.state(), 1, Integer::sum));
    return counts;
  }

  private static void describe(StringBuilder page, String name, String type, String help) {
    page.append("# HELP %s %s\n# TYPE %s %s\n".formatted(name, help, name, type));
  }

  private static String escaped(String label) {
    return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
