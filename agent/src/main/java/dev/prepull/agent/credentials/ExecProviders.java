package dev.prepull.agent.credentials;

import dev.prepull.credentials.DockerConfig;
import dev.prepull.credentials.Keyring;
import dev.prepull.credentials.ReadConfig;
import dev.prepull.model.ImageReference;
import dev.prepull.program.StartupException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The kubelet's exec credential providers, asked with the node's identity. Their answers are
 * joined, those of the first provider preferred. Thread-safe.
 *
 * @see <a
 *     href="https://github.com/kubernetes/enhancements/tree/master/keps/sig-node/2133-kubelet-credential-providers">KEP-2133</a>
 */
public final class ExecProviders implements CredentialSource {

  /** How long a provider's program may take; the kubelet's limit. */
  public static final Duration LIMIT = Duration.ofMinutes(1);

  private final List<ExecProvider> providers;

  private ExecProviders(List<ExecProvider> providers) {
    this.providers = List.copyOf(providers);
  }

  /**
   * Reads the config. Like the kubelet, it does not look at it again.
   *
   * @param config a file, or a directory of {@code .yaml}, {@code .yml} and {@code .json} files
   * @param directory where the programs are
   * @param limit how long a program may take
   */
  public static ExecProviders open(Path config, Path directory, Duration limit, Clock clock)
      throws StartupException {
    List<ExecProvider> providers = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Path file : files(config)) {
      for (CredentialProvider provider : read(file)) {
        if (!names.add(provider.name())) {
          throw unusable(
              file,
              "the provider %s stands in another file as well; leave one"
                  .formatted(provider.name()));
        }
        Path program = directory.resolve(provider.name());
        if (!Files.isExecutable(program)) {
          throw unusable(
              file,
              "there is no program %s; --credential-provider-bin-dir has to name a directory of the node's plugins"
                  .formatted(program));
        }
        providers.add(new ExecProvider(provider, directory, limit, clock));
      }
    }
    return new ExecProviders(providers);
  }

  private static List<Path> files(Path config) throws StartupException {
    if (!Files.isDirectory(config)) {
      return List.of(config);
    }
    try (Stream<Path> entries = Files.list(config)) {
      List<Path> files =
          entries
              .filter(file -> file.toString().matches(".*\\.(yaml|yml|json)"))
              .filter(Files::isRegularFile)
              .sorted()
              .toList();
      if (files.isEmpty()) {
        throw unusable(config, "no .yaml, .yml or .json file is in it");
      }
      return files;
    } catch (IOException e) {
      throw unusable(config, unreadable(e));
    }
  }

  private static List<CredentialProvider> read(Path file) throws StartupException {
    try {
      return ProviderConfigReader.read(Files.readString(file));
    } catch (IllegalArgumentException e) {
      throw unusable(file, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw unusable(file, unreadable(e));
    }
  }

  private static String unreadable(IOException e) {
    return switch (e) {
      case NoSuchFileException _ ->
          "it is not there; name the kubelet's file, and mount it where the agent runs in a container";
      case AccessDeniedException _ -> "it may not be read; let this agent's user read it";
      case CharacterCodingException _ -> "it is no UTF-8; expected YAML or JSON";
      default -> "it cannot be read: " + e;
    };
  }

  private static StartupException unusable(Path config, String why) {
    return new StartupException(
        "Tried to read --credential-provider-config %s but failed: %s.".formatted(config, why));
  }

  @Override
  public FoundCredentials find(ImageReference image) throws InterruptedException {
    List<DockerConfig> configs = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (ExecProvider provider : providers) {
      if (provider.serves(image)) {
        ReadConfig answer = provider.ask(image);
        configs.add(answer.config());
        answer.problems().forEach(problem -> problems.add(problem.toString()));
      }
    }
    return new FoundCredentials(Keyring.of(configs).lookup(image), problems);
  }
}
