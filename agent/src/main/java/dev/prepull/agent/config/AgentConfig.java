package dev.prepull.agent.config;

import dev.prepull.model.NodeName;
import dev.prepull.program.Flags;
import dev.prepull.program.HostPort;
import dev.prepull.program.UsageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the agent is told at its start.
 *
 * @param runtimeSocket null to try the well-known paths
 * @param readyTimeout how long missing images keep the agent not ready
 * @param imageFilesystem a directory on it; null to ask the runtime
 * @param diskThreshold used space in percent that pulls must not reach
 * @param dockerConfigs files with credentials, the preferred ones first; need not be there
 * @param credentialProviders null for none
 */
public record AgentConfig(
    NodeName node,
    Map<String, String> nodeLabels,
    HostPort controller,
    Path caFile,
    Path tokenFile,
    RuntimeKind runtime,
    @Nullable Path runtimeSocket,
    HostPort httpListen,
    Duration readyTimeout,
    int maxConcurrentPulls,
    Duration pollInterval,
    @Nullable Path imageFilesystem,
    int diskThreshold,
    Path stateDirectory,
    List<Path> dockerConfigs,
    @Nullable ProviderPaths credentialProviders) {

  /** Which adapter to use. */
  public enum RuntimeKind {
    /** Whichever answers. */
    AUTO,
    /** Docker Engine. */
    DOCKER,
    /** containerd or CRI-O. */
    CRI
  }

  private static final String UNIX = "unix://";
  private static final int MOST_PULLS = 100;
  private static final int MOST_PERCENT = 100;

  /** Reads the flags; the first one that is wrong is named in the exception. */
  public static AgentConfig from(Flags flags) throws UsageException {
    return new AgentConfig(
        node(flags),
        labels(flags),
        controller(flags),
        Path.of(flags.required(AgentFlags.CA_FILE)),
        Path.of(flags.required(AgentFlags.TOKEN_FILE)),
        runtime(flags),
        socket(flags),
        flags.hostPort(AgentFlags.HTTP_LISTEN),
        flags.duration(AgentFlags.READY_TIMEOUT),
        flags.number(AgentFlags.MAX_CONCURRENT_PULLS, 1, MOST_PULLS),
        pollInterval(flags),
        imageFilesystem(flags),
        flags.number(AgentFlags.DISK_THRESHOLD, 1, MOST_PERCENT),
        Path.of(flags.required(AgentFlags.STATE_DIR)),
        dockerConfigs(flags),
        ProviderPaths.from(flags));
  }

  private static NodeName node(Flags flags) throws UsageException {
    String name = flags.required(AgentFlags.NODE_NAME);
    try {
      return new NodeName(name);
    } catch (IllegalArgumentException e) {
      throw Flags.wrong(AgentFlags.NODE_NAME, name, "expected a Kubernetes node name");
    }
  }

  private static Map<String, String> labels(Flags flags) throws UsageException {
    Map<String, String> labels = new TreeMap<>();
    String text = flags.required(AgentFlags.NODE_LABELS);
    for (String label : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      int equals = label.indexOf('=');
      if (equals <= 0) {
        throw Flags.wrong(AgentFlags.NODE_LABELS, text, "expected KEY=VALUE, joined by commas");
      }
      labels.put(label.substring(0, equals), label.substring(equals + 1));
    }
    return labels;
  }

  private static HostPort controller(Flags flags) throws UsageException {
    HostPort controller = flags.hostPort(AgentFlags.CONTROLLER);
    if (controller.port() == 0) {
      throw Flags.wrong(AgentFlags.CONTROLLER, controller.toString(), "expected a port above 0");
    }
    return controller;
  }

  private static RuntimeKind runtime(Flags flags) throws UsageException {
    String kind = flags.required(AgentFlags.RUNTIME);
    return switch (kind) {
      case "auto" -> RuntimeKind.AUTO;
      case "docker" -> RuntimeKind.DOCKER;
      case "cri" -> RuntimeKind.CRI;
      default -> throw Flags.wrong(AgentFlags.RUNTIME, kind, "expected auto, docker or cri");
    };
  }

  private static @Nullable Path socket(Flags flags) throws UsageException {
    String endpoint = flags.text(AgentFlags.RUNTIME_ENDPOINT).orElse(null);
    if (endpoint == null) {
      return null;
    }
    if (!endpoint.startsWith(UNIX + "/")) {
      throw Flags.wrong(
          AgentFlags.RUNTIME_ENDPOINT, endpoint, "expected unix:// and an absolute path");
    }
    return Path.of(endpoint.substring(UNIX.length()));
  }

  private static @Nullable Path imageFilesystem(Flags flags) throws UsageException {
    Path path = flags.path(AgentFlags.IMAGE_FS).orElse(null);
    if (path != null && !Files.exists(path)) {
      throw Flags.wrong(
          AgentFlags.IMAGE_FS,
          path.toString(),
          "expected a directory that is visible to the agent");
    }
    return path;
  }

  private static List<Path> dockerConfigs(Flags flags) throws UsageException {
    String text = flags.required(AgentFlags.DOCKER_CONFIG);
    List<String> paths = text.isEmpty() ? List.of() : Arrays.asList(text.split(",", -1));
    if (paths.contains("")) {
      throw Flags.wrong(AgentFlags.DOCKER_CONFIG, text, "expected paths, joined by commas");
    }
    return paths.stream().map(Path::of).toList();
  }

  private static Duration pollInterval(Flags flags) throws UsageException {
    Duration interval = flags.duration(AgentFlags.POLL_INTERVAL);
    if (interval.compareTo(Duration.ofSeconds(1)) < 0) {
      throw Flags.wrong(
          AgentFlags.POLL_INTERVAL,
          flags.required(AgentFlags.POLL_INTERVAL),
          "expected one second or more");
    }
    return interval;
  }
}
