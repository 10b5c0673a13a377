package dev.prepull.credentials;

import dev.prepull.model.ImageReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Several docker configs as one. Immutable.
 *
 * <p>The credentials for an image come in the kubelet's order: by their keys backwards, so that
 * what is meant more exactly comes first; those of one key in the order of the configs.
 *
 * <p>For images of Docker Hub the kubelet takes {@code index.docker.io} when it has none for {@code
 * docker.io}. Here it always follows, as does {@code registry-1.docker.io}: whatever the kubelet
 * would try is tried, and before anything else.
 *
 * @see <a
 *     href="https://github.com/kubernetes/kubernetes/blob/master/pkg/credentialprovider/keyring.go">
 *     BasicDockerKeyring of the kubelet</a>
 */
public final class Keyring {

  private final List<DockerConfigEntry> entries;

  private Keyring(List<DockerConfigEntry> entries) {
    this.entries = entries;
  }

  /** Joins the configs, the first ones preferred. */
  public static Keyring of(Collection<DockerConfig> configs) {
    Comparator<DockerConfigEntry> byKey = Comparator.comparing(entry -> entry.pattern().key());
    return new Keyring(
        configs.stream()
            .flatMap(config -> config.entries().stream())
            .sorted(byKey.reversed())
            .toList());
  }

  /**
   * Every credential to try for that image, in order and none twice. Where none is accepted, or
   * none is found, {@link RegistryCredential#ANONYMOUS} is left to try.
   */
  public List<RegistryCredential> lookup(ImageReference image) {
    List<RegistryCredential> found = new ArrayList<>(named(image.name()));
    if (DockerHub.holds(image)) {
      entries.stream()
          .filter(entry -> DockerHub.isMeantBy(entry.pattern()))
          .filter(entry -> ("/" + image.repository()).startsWith(entry.pattern().path()))
          .map(DockerConfigEntry::credential)
          .forEach(found::add);
    }
    return RegistryCredential.distinct(found);
  }

  /**
   * The credentials that fit by name.
   *
   * @param name registry and repository, without tag and digest
   */
  List<RegistryCredential> named(String name) {
    return entries.stream()
        .filter(entry -> entry.pattern().matches(name))
        .map(DockerConfigEntry::credential)
        .toList();
  }
}
