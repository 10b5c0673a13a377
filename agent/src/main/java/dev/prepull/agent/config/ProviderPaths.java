package dev.prepull.agent.config;

import dev.prepull.program.Flags;
import dev.prepull.program.UsageException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the kubelet's exec credential providers are.
 *
 * @param config the kubelet's CredentialProviderConfig: a file, or a directory of them
 * @param programs the directory of the plugins
 */
public record ProviderPaths(Path config, Path programs) {

  /** Both flags make sense together alone; null when neither is given. */
  static @Nullable ProviderPaths from(Flags flags) throws UsageException {
    Path config = flags.path(AgentFlags.CREDENTIAL_PROVIDER_CONFIG).orElse(null);
    Path programs = flags.path(AgentFlags.CREDENTIAL_PROVIDER_BIN_DIR).orElse(null);
    if (config == null && programs == null) {
      return null;
    }
    if (config == null || programs == null) {
      throw new UsageException(
          "--%s and --%s belong together: give both, as the kubelet has them, or neither"
              .formatted(
                  AgentFlags.CREDENTIAL_PROVIDER_CONFIG.name(),
                  AgentFlags.CREDENTIAL_PROVIDER_BIN_DIR.name()));
    }
    return new ProviderPaths(config, programs);
  }
}
