package dev.prepull.controller.config;

import dev.prepull.program.Flags;
import dev.prepull.program.HostPort;
import dev.prepull.program.UsageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How agents are let in.
 *
 * @param files certificate and key of the link; null to keep them in a Secret
 * @param secret that Secret, in the controller's namespace
 * @param trusted the ConfigMap for what agents shall trust, in the controller's namespace
 * @param names DNS names and IP addresses by which agents know the controller
 * @param sharedToken file of the token that every agent presents; null where each presents a token
 *     of its ServiceAccount
 * @param serviceAccount that ServiceAccount, in the controller's namespace
 */
public record LinkConfig(
    HostPort listen,
    @Nullable TlsFiles files,
    String secret,
    String trusted,
    List<String> names,
    @Nullable Path sharedToken,
    String serviceAccount) {

  private static final String SERVICE = "prepull-controller";

  /** PEM files. */
  public record TlsFiles(Path certificate, Path key) {}

  /** Copies the list. */
  public LinkConfig {
    names = List.copyOf(names);
  }

  /**
   * Reads the flags.
   *
   * @param standalone whether there is no API server to keep a certificate or to know tokens
   */
  static LinkConfig from(Flags flags, String namespace, boolean standalone) throws UsageException {
    return new LinkConfig(
        flags.hostPort(ControllerFlags.LINK_LISTEN),
        files(flags, standalone),
        flags.required(ControllerFlags.TLS_SECRET),
        flags.required(ControllerFlags.CA_CONFIG_MAP),
        names(flags, namespace),
        standalone
            ? Path.of(flags.required(ControllerFlags.SHARED_TOKEN_FILE))
            : flags.path(ControllerFlags.SHARED_TOKEN_FILE).orElse(null),
        flags.required(ControllerFlags.AGENT_SERVICE_ACCOUNT));
  }

  private static @Nullable TlsFiles files(Flags flags, boolean standalone) throws UsageException {
    Optional<Path> certificate = flags.path(ControllerFlags.TLS_CERT);
    Optional<Path> key = flags.path(ControllerFlags.TLS_KEY);
    return standalone || certificate.isPresent() || key.isPresent()
        ? new TlsFiles(
            Path.of(flags.required(ControllerFlags.TLS_CERT)),
            Path.of(flags.required(ControllerFlags.TLS_KEY)))
        : null;
  }

  /** What the Service of the controller is called inside the cluster, unless told otherwise. */
  private static List<String> names(Flags flags, String namespace) {
    String inNamespace = SERVICE + "." + namespace;
    return flags
        .text(ControllerFlags.TLS_NAMES)
        .map(names ->
            Pattern.compile(",")
                .splitAsStream(names)
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList())
        .orElseGet(() ->
            Stream.of(
                    SERVICE, inNamespace, inNamespace + ".svc", inNamespace + ".svc.cluster.local")
                .toList());
  }
}
