package dev.prepull.controller.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.controller.credentials.Cloud;
import dev.prepull.controller.signal.SignalSettings;
import dev.prepull.program.Flags;
import dev.prepull.program.HostPort;
import dev.prepull.program.UsageException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The controller's flags: defaults, every one of them, and what is refused. */
class ControllerConfigTest {

  private static final List<String> REQUIRED =
      List.of("--tls-cert", "c.pem", "--tls-key", "k.pem", "--shared-token-file", "token");

  private static final SignalSettings NO_SIGNALS =
      new SignalSettings(false, false, null, Duration.ofMinutes(10));

  private static ControllerConfig config(String... more) throws UsageException {
    List<String> arguments = new ArrayList<>(REQUIRED);
    arguments.addAll(Arrays.asList(more));
    return config(arguments, Map.of());
  }

  private static ControllerConfig config(List<String> arguments, Map<String, String> environment)
      throws UsageException {
    return ControllerConfig.from(
        Flags.parse(ControllerFlags.ALL, arguments.toArray(new String[0]), environment));
  }

  @Test
  void hasDefaultsForEverything() throws Exception {
    assertThat(config(List.of(), Map.of()))
        .isEqualTo(
            new ControllerConfig(
                "prepull-system",
                null,
                null,
                null,
                true,
                null,
                new LinkConfig(
                    new HostPort("0.0.0.0", 8443),
                    null,
                    "prepull-tls",
                    "prepull-ca",
                    List.of(
                        "prepull-controller",
                        "prepull-controller.prepull-system",
                        "prepull-controller.prepull-system.svc",
                        "prepull-controller.prepull-system.svc.cluster.local"),
                    null,
                    "prepull-agent"),
                new HostPort("0.0.0.0", 8080),
                null,
                Set.of(),
                NO_SIGNALS));
  }

  @Test
  void readsEveryFlag() throws Exception {
    assertThat(
            config(
                "--namespace", "other",
                "--lists-from", "lists.yaml",
                "--state-file", "state.json",
                "--advertise-host", "10.0.0.9",
                "--tls-secret", "secret",
                "--tls-names", "one, 10.0.0.1",
                "--ca-config-map", "trusted",
                "--agent-service-account", "agents",
                "--link-listen", "[::1]:1",
                "--http-listen", "localhost:2",
                "--cloud-registries", "google,ecr"))
        .isEqualTo(
            new ControllerConfig(
                "other",
                null,
                Path.of("lists.yaml"),
                Path.of("state.json"),
                false,
                "10.0.0.9",
                new LinkConfig(
                    new HostPort("::1", 1),
                    new LinkConfig.TlsFiles(Path.of("c.pem"), Path.of("k.pem")),
                    "secret",
                    "trusted",
                    List.of("one", "10.0.0.1"),
                    Path.of("token"),
                    "agents"),
                new HostPort("localhost", 2),
                null,
                Set.of(Cloud.GOOGLE, Cloud.ECR),
                NO_SIGNALS));
    assertThat(config("--kubeconfig", "admin.conf").kubeconfig()).isEqualTo(Path.of("admin.conf"));
  }

  @Test
  void answersTheApiServerWhereItIsToldTo() throws Exception {
    assertThat(config("--webhook-listen", "0.0.0.0:9443").webhook())
        .isEqualTo(new WebhookConfig(new HostPort("0.0.0.0", 9443), "prepull"));
    assertThat(config("--webhook-listen", "[::]:1", "--webhook-configuration", "lists").webhook())
        .isEqualTo(new WebhookConfig(new HostPort("::", 1), "lists"));
  }

  @Test
  void refusesAWebhookWithoutAnApiServer() {
    assertThatThrownBy(() -> config("--lists-from", "l.yaml", "--webhook-listen", "localhost:1"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "--webhook-listen and --lists-from exclude each other: without an API server nobody asks");
  }

  @Test
  void electsALeaderOnlyWhereThereCanBeAnother() throws Exception {
    assertThat(config("--leader-elect=false").leaderElect()).isFalse();
    assertThat(config("--leader-elect").leaderElect()).isTrue();
    assertThat(config("--leader-elect", "--lists-from", "lists.yaml").leaderElect()).isFalse();
  }

  @Test
  void readsTheEnvironment() throws Exception {
    ControllerConfig config =
        config(REQUIRED, Map.of("PREPULL_NAMESPACE", "other", "PREPULL_LISTS_FROM", "l.yaml"));

    assertThat(config.namespace()).isEqualTo("other");
    assertThat(config.listsFrom()).isEqualTo(Path.of("l.yaml"));
  }

  @Test
  void refusesTwoSourcesOfLists() {
    assertThatThrownBy(() -> config("--kubeconfig", "admin.conf", "--lists-from", "lists.yaml"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "--kubeconfig and --lists-from exclude each other: the lists come from one place");
  }

  @Test
  void refusesAStateFileBesideAnApiServer() {
    assertThatThrownBy(() -> config("--state-file", "state.json"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "--state-file belongs to --lists-from: with an API server the locks are in ConfigMap prepull-status");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--tls-cert", "--tls-key", "--shared-token-file"})
  void namesAFileThatIsMissingWithoutAnApiServer(String flag) {
    List<String> arguments = new ArrayList<>(REQUIRED);
    arguments.addAll(List.of("--lists-from", "lists.yaml"));
    int index = arguments.indexOf(flag);
    arguments.subList(index, index + 2).clear();

    assertThatThrownBy(() -> config(arguments, Map.of()))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith(flag + " is missing: ");
  }

  @ParameterizedTest
  @CsvSource({"--tls-cert, --tls-key", "--tls-key, --tls-cert"})
  void wantsCertificateAndKeyTogether(String given, String missing) {
    assertThatThrownBy(() -> config(List.of(given, "file.pem"), Map.of()))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith(missing + " is missing: ");
  }

  @ParameterizedTest
  @CsvSource({
    "--link-listen, 8443",
    "--http-listen, localhost",
    "--http-listen, localhost:65536",
    "--webhook-listen, 9443"
  })
  void refusesAnAddressThatIsNone(String flag, String value) {
    assertThatThrownBy(() -> config(flag, value))
        .isInstanceOf(UsageException.class)
        .hasMessage("%s \"%s\": expected HOST:PORT with a port from 0 to 65535", flag, value);
  }

  @Test
  void readsWhatNodesAreToTell() throws Exception {
    assertThat(
            config(
                    "--node-label",
                    "--node-condition",
                    "--startup-taint",
                    "startup-taint.cluster-autoscaler.kubernetes.io/prepull",
                    "--startup-taint-timeout",
                    "90s")
                .signals())
        .isEqualTo(
            new SignalSettings(
                true,
                true,
                "startup-taint.cluster-autoscaler.kubernetes.io/prepull",
                Duration.ofSeconds(90)));
    assertThat(config("--startup-taint", "").signals()).isEqualTo(NO_SIGNALS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"prepull.dev/not-ready=true", "prepull.dev/not-ready:NoSchedule", "/x"})
  void refusesAStartupTaintThatIsNoKey(String key) {
    assertThatThrownBy(() -> config("--startup-taint", key))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "--startup-taint \"%s\": expected the key of a taint, without value and effect", key);
  }

  @Test
  void hasNoNodesToTellAnythingWithoutAnApiServer() {
    assertThatThrownBy(() -> config("--lists-from", "lists.yaml", "--node-label"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "--node-label, --node-condition and --startup-taint need an API server, which --lists-from does without");
  }

  @Test
  void refusesACloudThatIsNone() {
    assertThatThrownBy(() -> config("--cloud-registries", "ecr,gcr"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "--cloud-registries \"ecr,gcr\": \"gcr\" is no cloud; expected some of ecr, google, acr with commas between");
  }
}
