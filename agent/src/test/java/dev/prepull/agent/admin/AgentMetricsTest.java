package dev.prepull.agent.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.agent.puller.disk.DiskReading;
import dev.prepull.agent.report.ReportBook;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.PullProblem;
import dev.prepull.model.PullReason;
import dev.prepull.model.RuntimeInfo;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The page in Prometheus' text format. */
class AgentMetricsTest {

  private static final ImageReference APP = ImageReference.parse("reg.example/app:1");
  private static final Pattern DESCRIPTION =
      Pattern.compile("# (?:HELP (?<help>[a-z_]+) .+|TYPE (?<type>[a-z_]+) (?<kind>[a-z]+))");
  private static final Pattern SAMPLE =
      Pattern.compile(
          "(?<name>[a-z_]+)(?:\\{[a-z_]+=\"(?:[^\"\\\\]|\\\\[\\\\\"n])*\""
              + "(?:,[a-z_]+=\"(?:[^\"\\\\]|\\\\[\\\\\"n])*\")*})? (?<value>[0-9.E-]+)");

  private final Locale locale = Locale.getDefault();
  private final ReportBook book = new ReportBook();
  private DiskReading disk = DiskReading.OFF;

  @AfterEach
  void restoreLocale() {
    Locale.setDefault(locale);
  }

  @Test
  void describesEveryFamilyBeforeItsSamples() {
    AgentMetrics metrics = metrics("28.5.1");
    metrics.pulled(ImageReport.present(APP, null, 1), Duration.ofMillis(1_500));

    assertValid(metrics.page(1));
  }

  @Test
  void isValidBeforeAnythingHasHappened() {
    assertValid(metrics("28.5.1").page(0));
  }

  @Test
  void escapesWhatARuntimeCallsItself() {
    String page = metrics("1.0 \"beta\" \\ \n2").page(0);

    assertValid(page);
    assertThat(page).contains("runtime_version=\"1.0 \\\"beta\\\" \\\\ \\n2\"");
  }

  @Test
  void writesPlainDigitsInEveryLocale() {
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));

    assertValid(metrics("28.5.1").page(12));
  }

  @Test
  void countsImagesByState() {
    book.changed(ImageReport.present(APP, null, 1));
    book.changed(ImageReport.of(ImageReference.parse("reg.example/web:1"), ImageState.WAITING));

    assertThat(lines(metrics("28.5.1").page(2)))
        .contains(
            "prepull_agent_planned_images 2",
            "prepull_agent_images{state=\"Present\"} 1",
            "prepull_agent_images{state=\"Waiting\"} 1",
            "prepull_agent_images{state=\"Failed\"} 0");
  }

  @Test
  void countsPullsByOutcomeAndSumsTheirTime() {
    AgentMetrics metrics = metrics("28.5.1");
    metrics.pulled(ImageReport.present(APP, null, 1), Duration.ofMillis(1_500));
    metrics.pulled(ImageReport.present(APP, null, 1), Duration.ofMillis(500));
    metrics.pulled(failed(), Duration.ofSeconds(1));

    assertThat(lines(metrics.page(1)))
        .contains(
            "prepull_agent_pulls_total{outcome=\"Success\"} 2",
            "prepull_agent_pulls_total{outcome=\"NotFound\"} 1",
            "prepull_agent_pull_duration_seconds_sum 3.0",
            "prepull_agent_pull_duration_seconds_count 3");
  }

  @Test
  void tellsWhetherTheControllerIsThere() {
    AgentMetrics metrics = metrics("28.5.1");
    assertThat(lines(metrics.page(0))).contains("prepull_agent_attached 0");

    metrics.attached();
    assertThat(lines(metrics.page(0))).contains("prepull_agent_attached 1");

    metrics.detached("gone");
    assertThat(lines(metrics.page(0))).contains("prepull_agent_attached 0");
  }

  @Test
  void countsWhatOthersTookAwayAndWhatCameBackOrWent() {
    AgentMetrics metrics = metrics("28.5.1");
    metrics.vanished(APP);
    metrics.vanished(APP);
    metrics.repaired(APP);
    metrics.removed(APP);
    metrics.pinned(3);

    assertThat(lines(metrics.page(1)))
        .contains(
            "prepull_agent_evictions_total 2",
            "prepull_agent_repairs_total 1",
            "prepull_agent_removals_total 1",
            "prepull_agent_pinned_images 3");
  }

  @Test
  void tellsWhetherTheDiskIsGuarded() {
    AgentMetrics metrics = metrics("28.5.1");
    assertThat(lines(metrics.page(0))).contains("prepull_agent_disk_guard 0");

    disk = new DiskReading(true, 1_000, 150, 2.5);

    assertThat(lines(metrics.page(0)))
        .contains(
            "prepull_agent_disk_guard 1",
            "prepull_agent_disk_free_bytes 1000",
            "prepull_agent_disk_threshold_bytes 150",
            "prepull_agent_disk_expansion_factor 2.5");
  }

  private AgentMetrics metrics(String runtimeVersion) {
    return new AgentMetrics("0.1.0", new RuntimeInfo("docker", runtimeVersion), book, () -> disk);
  }

  private static ImageReport failed() {
    return ImageReport.troubled(
        APP, ImageState.FAILED, new PullProblem(PullReason.NOT_FOUND, "no", 1, null));
  }

  private static List<String> lines(String page) {
    return page.lines().toList();
  }

  /** By the grammar of the format, as far as this page uses it. */
  private static void assertValid(String page) {
    assertThat(page).endsWith("\n").doesNotContain("\r");
    Set<String> helped = new HashSet<>();
    Set<String> typed = new HashSet<>();
    Set<String> samples = new HashSet<>();
    for (String line : lines(page)) {
      if (line.startsWith("#")) {
        Matcher description = DESCRIPTION.matcher(line);
        assertThat(description.matches()).as(line).isTrue();
        boolean help = description.group("help") != null;
        assertThat(
                help ? helped.add(description.group("help")) : typed.add(description.group("type")))
            .as(line + " once")
            .isTrue();
      } else {
        Matcher sample = SAMPLE.matcher(line);
        assertThat(sample.matches()).as(line).isTrue();
        String family = sample.group("name").replaceFirst("_(?:sum|count)$", "");
        assertThat(helped).as(line).contains(family);
        assertThat(typed).as(line).contains(family);
        assertThat(samples.add(line.substring(0, line.lastIndexOf(' ')))).as(line).isTrue();
        assertThat(Double.parseDouble(sample.group("value"))).as(line).isNotNegative();
      }
    }
    assertThat(helped).isEqualTo(typed).isNotEmpty();
  }
}
