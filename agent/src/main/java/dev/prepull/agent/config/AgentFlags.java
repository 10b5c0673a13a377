package dev.prepull.agent.config;

import dev.prepull.agent.credentials.NodeDockerConfigs;
import dev.prepull.program.Flag;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Every flag of the agent. */
public final class AgentFlags {

  static final Flag NODE_NAME =
      Flag.optional("node-name", "NAME", "Name of the Kubernetes node that this agent serves.");
  static final Flag NODE_LABELS =
      Flag.of(
          "node-labels",
          "KEY=VALUE,...",
          "",
          "Labels of the node, for a controller without an API server to read them from.");
  static final Flag CONTROLLER =
      Flag.optional("controller", "HOST:PORT", "Where the controller's link listens.");
  static final Flag CA_FILE =
      Flag.optional(
          "ca-file", "PATH", "PEM file of the CA that signed the controller's certificate.");
  static final Flag TOKEN_FILE =
      Flag.optional("token-file", "PATH", "File of the token that proves this agent's identity.");
  static final Flag RUNTIME =
      Flag.of("runtime", "auto|docker|cri", "auto", "Which kind of container runtime to use.");
  static final Flag RUNTIME_ENDPOINT =
      Flag.optional(
          "runtime-endpoint",
          "unix:///PATH",
          "The runtime's socket; without it the well-known paths are tried.");
  static final Flag HTTP_LISTEN =
      Flag.of(
          "http-listen",
          "HOST:PORT",
          "0.0.0.0:8081",
          "Where health, metrics and the node's images are served.");
  static final Flag READY_TIMEOUT =
      Flag.of(
          "ready-timeout",
          "DURATION",
          "10m",
          "How long missing images keep the agent not ready, and so its DaemonSet's update waiting; 0s for not at all.");
  static final Flag MAX_CONCURRENT_PULLS =
      Flag.of("max-concurrent-pulls", "NUMBER", "3", "Pulls that may run at the same time.");
  static final Flag POLL_INTERVAL =
      Flag.of("poll-interval", "DURATION", "60s", "How often the runtime is asked what it holds.");
  static final Flag IMAGE_FS =
      Flag.optional(
          "image-fs",
          "PATH",
          "A directory on the filesystem where the runtime keeps images; without it the runtime is asked.");
  static final Flag DISK_THRESHOLD =
      Flag.of(
          "disk-threshold",
          "PERCENT",
          "85",
          "Used space of the image filesystem that pulls must not reach; the kubelet's imageGCHighThresholdPercent or less.");
  static final Flag STATE_DIR =
      Flag.of(
          "state-dir",
          "PATH",
          "/var/lib/prepull",
          "Directory for the record of what was pulled; has to outlive the agent.");

  static final Flag DOCKER_CONFIG =
      Flag.of(
          "docker-config",
          "PATH,...",
          NodeDockerConfigs.USUAL_FILES.stream()
              .map(Path::toString)
              .collect(Collectors.joining(",")),
          "Docker configs with credentials for registries, the preferred ones first; read again when they change.");

  static final Flag CREDENTIAL_PROVIDER_CONFIG =
      Flag.optional(
          "credential-provider-config",
          "PATH",
          "The kubelet's CredentialProviderConfig, or a directory of such; read at the start.");
  static final Flag CREDENTIAL_PROVIDER_BIN_DIR =
      Flag.optional(
          "credential-provider-bin-dir",
          "PATH",
          "Directory of the plugins that the CredentialProviderConfig names.");

  /** In the order of the help. */
  public static final List<Flag> ALL =
      List.of(
          NODE_NAME,
          NODE_LABELS,
          CONTROLLER,
          CA_FILE,
          TOKEN_FILE,
          RUNTIME,
          RUNTIME_ENDPOINT,
          HTTP_LISTEN,
          READY_TIMEOUT,
          MAX_CONCURRENT_PULLS,
          POLL_INTERVAL,
          IMAGE_FS,
          DISK_THRESHOLD,
          STATE_DIR,
          DOCKER_CONFIG,
          CREDENTIAL_PROVIDER_CONFIG,
          CREDENTIAL_PROVIDER_BIN_DIR);

  private AgentFlags() {}
}
