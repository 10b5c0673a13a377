package dev.prepull.controller.config;

import dev.prepull.program.Flag;
import java.util.List;

/** Every flag of the controller. */
public final class ControllerFlags {

  static final Flag NAMESPACE =
      Flag.of(
          "namespace",
          "NAME",
          "prepull-system",
          "Namespace of the PrePullList ConfigMaps and of the status.");
  static final Flag KUBECONFIG =
      Flag.optional(
          "kubeconfig", "PATH", "How to reach the API server; without it, as a Pod does.");
  static final Flag LISTS_FROM =
      Flag.optional(
          "lists-from",
          "FILE",
          "Runs without an API server: reads the ConfigMaps of this manifest and watches it.");
  static final Flag STATE_FILE =
      Flag.optional(
          "state-file",
          "FILE",
          "With --lists-from: keeps the digest locks across restarts; without it they end with the process.");
  static final Flag LEADER_ELECT =
      Flag.onByDefault(
          "leader-elect",
          "Of several controllers only the one that holds the Lease prepull-controller works; without meaning with --lists-from.");
  static final Flag ADVERTISE_HOST =
      Flag.optional(
          "advertise-host",
          "HOST",
          "Where other controllers reach this one, such as its Pod's IP: while it leads they lead agents and the API on to it.");
  static final Flag LINK_LISTEN =
      Flag.of("link-listen", "HOST:PORT", "0.0.0.0:8443", "Where agents attach.");
  static final Flag HTTP_LISTEN =
      Flag.of(
          "http-listen", "HOST:PORT", "0.0.0.0:8080", "Where health, metrics and API are served.");
  static final Flag TLS_SECRET =
      Flag.of(
          "tls-secret",
          "NAME",
          "prepull-tls",
          "Secret of the link's certificate, made and renewed by the controller unless it is somebody else's.");
  static final Flag TLS_NAMES =
      Flag.optional(
          "tls-names",
          "NAME,...",
          "DNS names and IP addresses in that certificate; without it, those of the Service prepull-controller.");
  static final Flag CA_CONFIG_MAP =
      Flag.of(
          "ca-config-map",
          "NAME",
          "prepull-ca",
          "ConfigMap where the controller publishes what agents are to trust, as ca.crt.");
  static final Flag TLS_CERT =
      Flag.optional(
          "tls-cert",
          "PATH",
          "Instead of --tls-secret: PEM file of the link's certificate chain; read again when it changes.");
  static final Flag TLS_KEY = Flag.optional("tls-key", "PATH", "PEM file of its key.");
  static final Flag AGENT_SERVICE_ACCOUNT =
      Flag.of(
          "agent-service-account",
          "NAME",
          "prepull-agent",
          "ServiceAccount of the agents, whose tokens are let in.");
  static final Flag SHARED_TOKEN_FILE =
      Flag.optional(
          "shared-token-file",
          "PATH",
          "Instead of ServiceAccount tokens: file of the token that every agent presents; needed with --lists-from.");
  static final Flag WEBHOOK_LISTEN =
      Flag.optional(
          "webhook-listen",
          "HOST:PORT",
          "Where the API server asks about lists that are to be stored, with the link's certificate; without it, nowhere.");
  static final Flag WEBHOOK_CONFIGURATION =
      Flag.of(
          "webhook-configuration",
          "NAME",
          "prepull",
          "With --webhook-listen: the ValidatingWebhookConfiguration whose caBundle is kept as --ca-config-map has it.");
  static final Flag CLOUD_REGISTRIES =
      Flag.of(
          "cloud-registries",
          "CLOUD,...",
          "",
          "Clouds to ask for tokens of their registries, with the controller's own identity: ecr, google, acr.");

  static final Flag NODE_LABEL =
      Flag.toggle(
          "node-label",
          "Labels every Node prepull.dev/ready=true or =false, as it holds its images or does not.");
  static final Flag NODE_CONDITION =
      Flag.toggle(
          "node-condition",
          "Gives every Node the condition ImagesPrePulled, True or False in the same way.");
  static final Flag STARTUP_TAINT =
      Flag.optional(
          "startup-taint",
          "KEY",
          "Removes the taint of that key, such as prepull.dev/not-ready, from a Node once it holds its images; something else has to set it.");
  static final Flag STARTUP_TAINT_TIMEOUT =
      Flag.of(
          "startup-taint-timeout",
          "DURATION",
          "10m",
          "How old a Node may be before that taint is removed whatever it holds.");

  /** In the order of the help. */
  public static final List<Flag> ALL =
      List.of(
          NAMESPACE,
          KUBECONFIG,
          LISTS_FROM,
          STATE_FILE,
          LEADER_ELECT,
          ADVERTISE_HOST,
          LINK_LISTEN,
          HTTP_LISTEN,
          TLS_SECRET,
          TLS_NAMES,
          CA_CONFIG_MAP,
          TLS_CERT,
          TLS_KEY,
          AGENT_SERVICE_ACCOUNT,
          SHARED_TOKEN_FILE,
          WEBHOOK_LISTEN,
          WEBHOOK_CONFIGURATION,
          CLOUD_REGISTRIES,
          NODE_LABEL,
          NODE_CONDITION,
          STARTUP_TAINT,
          STARTUP_TAINT_TIMEOUT);

  private ControllerFlags() {}
}
