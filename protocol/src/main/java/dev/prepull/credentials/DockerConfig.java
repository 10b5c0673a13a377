package dev.prepull.credentials;

import dev.prepull.model.ImageReference;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * What a docker config says of credentials.
 *
 * @param entries the credentials that stand in it, in its order
 * @param credsStore the NAME of the {@code docker-credential-NAME} that has those of every
 *     registry; empty for none
 * @param credHelpers the same by registry; an empty name means none for this registry
 */
public record DockerConfig(
    List<DockerConfigEntry> entries, String credsStore, SequencedMap<String, String> credHelpers) {

  /** It says nothing. */
  public static final DockerConfig EMPTY = new DockerConfig(List.of(), "", new LinkedHashMap<>());

  /** Copies both; every key of the helpers must name a registry. */
  public DockerConfig {
    credHelpers.keySet().forEach(RegistryPattern::parse);
    entries = List.copyOf(entries);
    credHelpers = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(credHelpers));
  }

  /** A config of these entries, without helpers. */
  public static DockerConfig of(List<DockerConfigEntry> entries) {
    return new DockerConfig(entries, "", new LinkedHashMap<>());
  }

  /**
   * The NAME of the {@code docker-credential-NAME} to ask for that image. The one of its registry
   * comes before the one for all, and globs mean nothing, as with Docker.
   *
   * @see <a
   *     href="https://github.com/docker/cli/blob/master/cli/config/configfile/file.go">getConfiguredCredentialStore
   *     of docker</a>
   */
  public Optional<String> helper(ImageReference image) {
    return credHelpers.entrySet().stream()
        .filter(helper -> isRegistryOf(image, helper.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .or(() -> Optional.of(credsStore))
        .filter(name -> !name.isEmpty());
  }

  private static boolean isRegistryOf(ImageReference image, String key) {
    RegistryPattern pattern = RegistryPattern.parse(key);
    return pattern.key().equals(image.registry())
        || (DockerHub.holds(image) && DockerHub.isMeantBy(pattern) && pattern.path().isEmpty());
  }
}
