package dev.prepull.controller.config;

import dev.prepull.controller.credentials.Cloud;
import dev.prepull.controller.signal.SignalSettings;
import dev.prepull.program.Flags;
import dev.prepull.program.HostPort;
import dev.prepull.program.UsageException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the controller is told at its start.
 *
 * @param kubeconfig null for the way that a Pod reaches the API server
 * @param listsFrom the manifest to read instead of an API server; null to use the API server
 * @param stateFile keeps the digest locks where there is no API server; null to forget them
 * @param leaderElect whether there may be other controllers
 * @param advertiseHost where those reach this one; null when they do not
 * @param webhook null where the API server does not ask about lists
 * @param cloudRegistries clouds that are asked for tokens of their registries
 * @param signals what Nodes are to tell
 */
public record ControllerConfig(
    String namespace,
    @Nullable Path kubeconfig,
    @Nullable Path listsFrom,
    @Nullable Path stateFile,
    boolean leaderElect,
    @Nullable String advertiseHost,
    LinkConfig link,
    HostPort httpListen,
    @Nullable WebhookConfig webhook,
    Set<Cloud> cloudRegistries,
    SignalSettings signals) {

  /** Copies the clouds. */
  public ControllerConfig {
    cloudRegistries = Set.copyOf(cloudRegistries);
  }

  /** Reads the flags; the first one that is wrong is named in the exception. */
  public static ControllerConfig from(Flags flags) throws UsageException {
    Optional<Path> kubeconfig = flags.path(ControllerFlags.KUBECONFIG);
    Optional<Path> listsFrom = flags.path(ControllerFlags.LISTS_FROM);
    if (kubeconfig.isPresent() && listsFrom.isPresent()) {
      throw new UsageException(
          "--kubeconfig and --lists-from exclude each other: the lists come from one place");
    }
    Optional<Path> stateFile = flags.path(ControllerFlags.STATE_FILE);
    if (stateFile.isPresent() && listsFrom.isEmpty()) {
      throw new UsageException(
          "--state-file belongs to --lists-from: with an API server the locks are in ConfigMap prepull-status");
    }
    String namespace = flags.required(ControllerFlags.NAMESPACE);
    return new ControllerConfig(
        namespace,
        kubeconfig.orElse(null),
        listsFrom.orElse(null),
        stateFile.orElse(null),
        listsFrom.isEmpty() && flags.isOn(ControllerFlags.LEADER_ELECT),
        flags.text(ControllerFlags.ADVERTISE_HOST).orElse(null),
        LinkConfig.from(flags, namespace, listsFrom.isPresent()),
        flags.hostPort(ControllerFlags.HTTP_LISTEN),
        WebhookConfig.from(flags, listsFrom.isPresent()),
        clouds(flags.required(ControllerFlags.CLOUD_REGISTRIES)),
        SignalFlags.from(flags, listsFrom.isPresent()));
  }

  private static Set<Cloud> clouds(String value) throws UsageException {
    Set<Cloud> clouds = new HashSet<>();
    for (String word : value.isEmpty() ? List.<String>of() : List.of(value.split(",", -1))) {
      clouds.add(
          Cloud.of(word)
              .orElseThrow(() ->
                  Flags.wrong(
                      ControllerFlags.CLOUD_REGISTRIES,
                      value,
                      "\"%s\" is no cloud; expected some of ecr, google, acr with commas between"
                          .formatted(word))));
    }
    return clouds;
  }
}
