package dev.prepull.agent.credentials;

import dev.prepull.credentials.RegistryPattern;
import dev.prepull.model.ImageReference;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * An entry of the kubelet's CredentialProviderConfig.
 *
 * @param name of its program in the directory of the plugins
 * @param apiVersion of what it is asked and answers
 * @param matchImages for which images it is asked
 * @param defaultCacheDuration how long an answer holds that does not say so; zero for not at all
 * @param arguments of the program
 * @param environment of the program, beside the agent's own; may be secret
 * @param needsServiceAccount whether it works with the service account token of a Pod alone
 * @see <a href="https://github.com/kubernetes/kubelet/blob/master/config/v1/types.go">
 *     CredentialProvider of the kubelet</a>
 */
record CredentialProvider(
    String name,
    String apiVersion,
    List<RegistryPattern> matchImages,
    Duration defaultCacheDuration,
    List<String> arguments,
    Map<String, String> environment,
    boolean needsServiceAccount) {

  CredentialProvider {
    matchImages = List.copyOf(matchImages);
    arguments = List.copyOf(arguments);
    environment = Map.copyOf(environment);
  }

  boolean serves(ImageReference image) {
    return matchImages.stream().anyMatch(pattern -> pattern.matches(image));
  }

  @Override
  public String toString() {
    return "credential provider " + name;
  }
}
