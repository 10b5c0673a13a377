package dev.prepull.controller.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.rollout.RolloutFigures;
import dev.prepull.controller.status.RolloutStatus;
import dev.prepull.controller.status.RolloutStatus.Counts;
import dev.prepull.controller.status.RolloutStatus.ImageStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The names and values that dashboards and alerts rely on. */
class ControllerMetricsTest {

  private final ControllerMetrics metrics = new ControllerMetrics();

  private List<String> samples() {
    return metrics.page().lines().filter(line -> !line.startsWith("#")).toList();
  }

  @Test
  void showsZerosBeforeThereIsAStatus() {
    assertThat(samples()).contains("prepull_nodes_desired 0.0", "prepull_lists_rejected 0.0");
  }

  @Test
  void showsWhetherThisControllerLeads() {
    List<String> before = samples();
    metrics.leading();

    assertThat(before).contains("prepull_controller_leader 0.0");
    assertThat(samples()).contains("prepull_controller_leader 1.0");
  }

  @Test
  void showsTheNewestStatus() {
    metrics.statusChanged(FakeFleet.STATUS);

    assertThat(samples())
        .contains(
            "prepull_nodes_desired 5.0",
            "prepull_nodes_attached 4.0",
            "prepull_nodes_complete 3.0",
            "prepull_images_desired 2.0",
            "prepull_images_identical 1.0",
            "prepull_images_locked 1.0",
            "prepull_images_phase{phase=\"Locking\"} 1.0",
            "prepull_images_phase{phase=\"Stalled\"} 0.0",
            "prepull_images_phase{phase=\"Complete\"} 1.0",
            "prepull_images_failing 1.0",
            "prepull_lists_rejected 1.0");
  }

  @Test
  void countsPlansAndTheirTime() {
    metrics.planned(10, 4, Duration.ofMillis(250));
    metrics.planned(10, 2, Duration.ofMillis(250));

    assertThat(samples())
        .contains(
            "prepull_controller_plans_sent_total 6.0",
            "prepull_controller_plan_duration_seconds_count 2",
            "prepull_controller_plan_duration_seconds_sum 0.5");
  }

  @Test
  void showsPermitsAndPausedRegistries() {
    metrics.rolling(new RolloutFigures(7, 2));

    assertThat(samples()).contains("prepull_permits_used 7.0", "prepull_registries_paused 2.0");
  }

  @Test
  void countsRefusalsByReasonAndFailuresByRequest() {
    metrics.agentRefused("BadToken");
    metrics.agentRefused("BadToken");
    metrics.agentRefused("NoToken");
    metrics.apiRequestFailed("write prepull-status");

    assertThat(samples())
        .contains(
            "prepull_controller_agents_refused_total{reason=\"BadToken\"} 2.0",
            "prepull_controller_agents_refused_total{reason=\"NoToken\"} 1.0",
            "prepull_controller_api_failures_total{request=\"write prepull-status\"} 1.0");
  }

  @Test
  void countsRequestsToTheWebhook() {
    metrics.listReviewed("Refused");
    metrics.listReviewed("Refused");

    assertThat(samples())
        .contains("prepull_controller_webhook_reviews_total{outcome=\"Refused\"} 2.0");
  }

  @Test
  void doesNotGrowWithImages() {
    int before = samples().size();

    metrics.statusChanged(
        new RolloutStatus(
            Instant.EPOCH,
            List.of(),
            List.of(),
            new RolloutStatus.Nodes(1000, 1000, 0),
            IntStream.range(0, 1000)
                .mapToObj(i ->
                    new ImageStatus(
                        "app:" + i,
                        List.of("apps"),
                        null,
                        null,
                        null,
                        false,
                        "Widening",
                        null,
                        new Counts(1000, 0, 0, 1000, 0, 0, 0, 0),
                        List.of()))
                .toList()));

    assertThat(samples())
        .hasSize(before)
        .contains("prepull_images_phase{phase=\"Widening\"} 1000.0");
  }
}
