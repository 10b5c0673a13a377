package dev.prepull.agent.credentials;

import dev.prepull.credentials.DockerConfig;
import dev.prepull.credentials.DockerHub;
import dev.prepull.credentials.Keyring;
import dev.prepull.credentials.ReadConfig;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The node's docker configs, all of them as one, and the credential helpers that they name.
 *
 * <p>What stands in the files comes first: the kubelet knows that alone. What is wrong with one
 * file leaves the others in force. Thread-safe.
 */
public final class NodeDockerConfigs implements CredentialSource {

  /** Where the kubelet and docker keep them. */
  public static final List<Path> USUAL_FILES =
      List.of(
          Path.of("/var/lib/kubelet/config.json"),
          Path.of("/root/.docker/config.json"),
          Path.of("/root/.dockercfg"));

  /** How long a credential helper may take. */
  public static final Duration HELPER_LIMIT = Duration.ofSeconds(30);

  private final List<DockerConfigFile> files;
  private final List<String> names;
  private final CredentialHelpers helpers;

  /**
   * Reads nothing yet.
   *
   * @param files the preferred ones first; those that are not there are no problem
   * @param helperDirectories where {@code docker-credential-NAME} is looked for
   * @param helperLimit how long a helper may take
   */
  public NodeDockerConfigs(List<Path> files, List<Path> helperDirectories, Duration helperLimit) {
    this.files = files.stream().map(DockerConfigFile::new).toList();
    names = files.stream().map(Path::toString).toList();
    helpers = new CredentialHelpers(helperDirectories, helperLimit);
  }

  @Override
  public FoundCredentials find(ImageReference image) throws InterruptedException {
    List<ReadConfig> read = files.stream().map(DockerConfigFile::read).toList();
    List<DockerConfig> configs = read.stream().map(ReadConfig::config).toList();
    List<String> problems = new ArrayList<>();
    for (ReadConfig config : read) {
      config.problems().forEach(problem -> problems.add(problem.toString()));
    }
    List<RegistryCredential> found = new ArrayList<>(Keyring.of(configs).lookup(image));
    for (int i = 0; i < configs.size(); i++) {
      Optional<String> helper = configs.get(i).helper(image);
      if (helper.isPresent()) {
        switch (helpers.ask(helper.get(), DockerHub.loginServer(image), names.get(i))) {
          case HelperAnswer.Found answer -> found.add(answer.credential());
          case HelperAnswer.None _ -> {}
          case HelperAnswer.Failed answer -> problems.add(answer.problem().toString());
        }
      }
    }
    return new FoundCredentials(RegistryCredential.distinct(found), problems);
  }
}
