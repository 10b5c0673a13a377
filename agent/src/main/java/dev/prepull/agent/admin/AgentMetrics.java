package dev.prepull.agent.admin;

import dev.prepull.agent.link.LinkListener;
import dev.prepull.agent.puller.PullListener;
import dev.prepull.agent.puller.disk.DiskReading;
import dev.prepull.agent.report.ReportBook;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.PullProblem;
import dev.prepull.model.RuntimeInfo;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

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
  private final Supplier<DiskReading> disk;
  private final Map<String, Long> pulls = new TreeMap<>();
  private double pullSeconds;
  private long pullCount;
  private long vanished;
  private long repaired;
  private long removed;
  private int pinned;
  private volatile boolean attached;

  /** Metrics of an agent of that version on that runtime. */
  public AgentMetrics(
      String version, RuntimeInfo runtime, ReportBook book, Supplier<DiskReading> disk) {
    this.version = version;
    this.runtime = runtime;
    this.book = book;
    this.disk = disk;
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

  @Override
  public synchronized void vanished(ImageReference reference) {
    vanished++;
  }

  @Override
  public synchronized void repaired(ImageReference reference) {
    repaired++;
  }

  @Override
  public synchronized void removed(ImageReference reference) {
    removed++;
  }

  @Override
  public synchronized void pinned(int images) {
    pinned = images;
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
    care(page);
    disk(page);
    return page.toString();
  }

  private void care(StringBuilder page) {
    single(
        page,
        "prepull_agent_evictions_total",
        "counter",
        "Images that others deleted or replaced.",
        vanished);
    single(
        page, "prepull_agent_repairs_total", "counter", "Images that were brought back.", repaired);
    single(
        page,
        "prepull_agent_removals_total",
        "counter",
        "Images that were deleted after they had left the plan.",
        removed);
    single(
        page,
        "prepull_agent_pinned_images",
        "gauge",
        "Images that this agent protects from the kubelet's garbage collection.",
        pinned);
  }

  private void disk(StringBuilder page) {
    DiskReading reading = disk.get();
    single(
        page,
        "prepull_agent_disk_guard",
        "gauge",
        "1 while the image filesystem can be seen and pulls are held back when it fills up.",
        reading.on() ? 1 : 0);
    single(
        page,
        "prepull_agent_disk_free_bytes",
        "gauge",
        "Free bytes of the image filesystem.",
        reading.freeBytes());
    single(
        page,
        "prepull_agent_disk_threshold_bytes",
        "gauge",
        "Free bytes at which pulls stop.",
        reading.thresholdBytes());
    single(
        page,
        "prepull_agent_disk_expansion_factor",
        "gauge",
        "Bytes on disk for each compressed byte, as learnt on this node.",
        reading.factor());
  }

  private static void single(
      StringBuilder page, String name, String type, String help, Number value) {
    describe(page, name, type, help);
    page.append("%s %s\n".formatted(name, value));
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
