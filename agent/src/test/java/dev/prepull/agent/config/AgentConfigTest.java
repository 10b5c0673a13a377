package dev.prepull.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.agent.credentials.NodeDockerConfigs;
import dev.prepull.model.NodeName;
import dev.prepull.program.Flag;
import dev.prepull.program.Flags;
import dev.prepull.program.HostPort;
import dev.prepull.program.UsageException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every flag of the agent: its default, its value, its wrong values. */
class AgentConfigTest {

  private static final Map<String, String> REQUIRED =
      Map.of(
          "node-name", "node-1",
          "controller", "prepull.example:8443",
          "ca-file", "/etc/prepull/ca.crt",
          "token-file", "/etc/prepull/token");

  @Test
  void hasADefaultForAllThatIsNotRequired() throws Exception {
    assertThat(config(REQUIRED))
        .isEqualTo(
            new AgentConfig(
                new NodeName("node-1"),
                Map.of(),
                new HostPort("prepull.example", 8443),
                Path.of("/etc/prepull/ca.crt"),
                Path.of("/etc/prepull/token"),
                AgentConfig.RuntimeKind.AUTO,
                null,
                new HostPort("0.0.0.0", 8081),
                Duration.ofMinutes(10),
                3,
                Duration.ofSeconds(60),
                null,
                85,
                Path.of("/var/lib/prepull"),
                NodeDockerConfigs.USUAL_FILES,
                null));
  }

  @Test
  void readsEveryFlag(@TempDir Path images) throws Exception {
    Map<String, String> given =
        Map.ofEntries(
            Map.entry("node-name", "node-2.example"),
            Map.entry("node-labels", "zone=a,role=,note=x=y"),
            Map.entry("controller", "[::1]:1"),
            Map.entry("ca-file", "ca"),
            Map.entry("token-file", "token"),
            Map.entry("runtime", "docker"),
            Map.entry("runtime-endpoint", "unix:///run/docker.sock"),
            Map.entry("http-listen", "127.0.0.1:0"),
            Map.entry("ready-timeout", "0s"),
            Map.entry("max-concurrent-pulls", "100"),
            Map.entry("poll-interval", "1s"),
            Map.entry("image-fs", images.toString()),
            Map.entry("disk-threshold", "70"),
            Map.entry("state-dir", "state"),
            Map.entry("docker-config", "/etc/regcred.json,more/.dockercfg"),
            Map.entry("credential-provider-config", "/etc/kubelet/providers.yaml"),
            Map.entry("credential-provider-bin-dir", "/usr/libexec/providers"));

    assertThat(given.keySet()).containsExactlyInAnyOrderElementsOf(names());
    assertThat(config(given))
        .isEqualTo(
            new AgentConfig(
                new NodeName("node-2.example"),
                Map.of("zone", "a", "role", "", "note", "x=y"),
                new HostPort("::1", 1),
                Path.of("ca"),
                Path.of("token"),
                AgentConfig.RuntimeKind.DOCKER,
                Path.of("/run/docker.sock"),
                new HostPort("127.0.0.1", 0),
                Duration.ZERO,
                100,
                Duration.ofSeconds(1),
                images,
                70,
                Path.of("state"),
                List.of(Path.of("/etc/regcred.json"), Path.of("more/.dockercfg")),
                new ProviderPaths(
                    Path.of("/etc/kubelet/providers.yaml"), Path.of("/usr/libexec/providers"))));
  }

  @ParameterizedTest
  @CsvSource({"auto, AUTO", "docker, DOCKER", "cri, CRI"})
  void knowsTheKindsOfRuntimes(String value, AgentConfig.RuntimeKind kind) throws Exception {
    assertThat(config(with("runtime", value)).runtime()).isEqualTo(kind);
  }

  @Test
  void readsNoDockerConfigWhereNoneIsNamed() throws Exception {
    assertThat(config(with("docker-config", "")).dockerConfigs()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"credential-provider-config", "credential-provider-bin-dir"})
  void wantsBothPathsOfCredentialProvidersOrNeither(String alone) {
    assertThatThrownBy(() -> config(with(alone, "/etc/kubernetes/providers")))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "--credential-provider-config and --credential-provider-bin-dir belong together: give both, as the kubelet has them, or neither");
  }

  @ParameterizedTest
  @ValueSource(strings = {"node-name", "controller", "ca-file", "token-file"})
  void namesARequiredFlagThatIsMissing(String flag) {
    Map<String, String> given = new HashMap<>(REQUIRED);
    given.remove(flag);

    assertThatThrownBy(() -> config(given))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("--%s is missing: ", flag);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "node-name            | Node_1              | expected a Kubernetes node name",
        "node-name            | ``                  | expected a Kubernetes node name",
        "node-labels          | zone                | expected KEY=VALUE, joined by commas",
        "node-labels          | =a                  | expected KEY=VALUE, joined by commas",
        "node-labels          | zone=a,             | expected KEY=VALUE, joined by commas",
        "controller           | prepull.example     | expected HOST:PORT",
        "controller           | prepull.example:0   | expected a port above 0",
        "controller           | :8443               | expected HOST:PORT",
        "runtime              | podman              | expected auto, docker or cri",
        "runtime              | Docker              | expected auto, docker or cri",
        "runtime-endpoint     | /run/docker.sock    | expected unix:// and an absolute path",
        "runtime-endpoint     | unix://docker.sock  | expected unix:// and an absolute path",
        "runtime-endpoint     | tcp://localhost:1   | expected unix:// and an absolute path",
        "http-listen          | 8081                | expected HOST:PORT",
        "http-listen          | localhost:65536     | expected HOST:PORT",
        "ready-timeout        | never               | expected a duration such as 30s or 5m",
        "max-concurrent-pulls | 0                   | expected a whole number from 1 to 100",
        "max-concurrent-pulls | 101                 | expected a whole number from 1 to 100",
        "max-concurrent-pulls | three               | expected a whole number from 1 to 100",
        "poll-interval        | soon                | expected a duration such as 30s or 5m",
        "poll-interval        | 60                  | expected a duration such as 30s or 5m",
        "poll-interval        | 0                   | expected one second or more",
        "poll-interval        | 999ms               | expected one second or more",
        "image-fs             | no/such/directory   | expected a directory that is visible to the agent",
        "disk-threshold       | 0                   | expected a whole number from 1 to 100",
        "docker-config        | /etc/regcred.json,  | expected paths, joined by commas",
        "disk-threshold       | 101                 | expected a whole number from 1 to 100",
      })
  void namesTheFlagOfAWrongValueAndWhatWasExpected(String flag, String value, String expected) {
    assertThatThrownBy(() -> config(with(flag, value)))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("--%s \"%s\": %s", flag, value, expected);
  }

  private static Iterable<String> names() {
    return AgentFlags.ALL.stream().map(Flag::name).toList();
  }

  private static Map<String, String> with(String flag, String value) {
    Map<String, String> given = new TreeMap<>(REQUIRED);
    given.put(flag, value);
    return given;
  }

  private static AgentConfig config(Map<String, String> given) throws UsageException {
    String[] arguments =
        given.entrySet().stream()
            .map(flag -> "--" + flag.getKey() + "=" + flag.getValue())
            .toArray(String[]::new);
    return AgentConfig.from(Flags.parse(AgentFlags.ALL, arguments, Map.of()));
  }
}
