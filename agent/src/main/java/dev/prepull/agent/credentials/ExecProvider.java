package dev.prepull.agent.credentials;

import dev.prepull.agent.credentials.ProgramEnd.Ended;
import dev.prepull.credentials.CredentialProblem;
import dev.prepull.credentials.ReadConfig;
import dev.prepull.model.ImageReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One of the kubelet's credential providers: asks its program and remembers the answers for as long
 * as they hold. Thread-safe; the program runs once at a time, so that those who ask at the same
 * time share an answer.
 *
 * @see <a
 *     href="https://github.com/kubernetes/kubernetes/blob/master/pkg/credentialprovider/plugin/plugin.go">plugin.go
 *     of the kubelet</a>
 */
final class ExecProvider {

  private static final Pattern SECRET_NAME =
      Pattern.compile("(?i).*(key|secret|token|passw|credential).*");
  private static final String GLOBAL = "";

  private final CredentialProvider provider;
  private final NodeProgram program;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();

  /** By image, registry, or all; holds no more than the images of the plan. */
  private final Map<String, Answer> answers = new HashMap<>();

  private record Answer(ReadConfig config, Instant until) {}

  /**
   * Asks nothing yet.
   *
   * @param directory where the program is
   * @param limit how long the program may take
   */
  ExecProvider(CredentialProvider provider, Path directory, Duration limit, Clock clock) {
    this.provider = provider;
    this.clock = clock;
    program =
        new NodeProgram(
            directory.resolve(provider.name()),
            provider.arguments(),
            provider.environment(),
            limit);
  }

  /** Whether it is to be asked for that image. */
  boolean serves(ImageReference image) {
    return provider.serves(image);
  }

  /** What it has for that image, or images like it. */
  ReadConfig ask(ImageReference image) throws InterruptedException {
    if (provider.needsServiceAccount()) {
      return failed(
          "works with the service account token of a Pod alone (tokenAttributes.requireServiceAccount), which a pull ahead of the Pods does not have; use a pull secret for its images");
    }
    lock.lockInterruptibly();
    try {
      Instant now = clock.instant();
      answers.values().removeIf(answer -> now.isAfter(answer.until()));
      ReadConfig remembered = remembered(image);
      return remembered != null ? remembered : run(image);
    } finally {
      lock.unlock();
    }
  }

  private @Nullable ReadConfig remembered(ImageReference image) {
    return Stream.of(image.name(), image.registry(), GLOBAL)
        .map(answers::get)
        .filter(answer -> answer != null)
        .map(Answer::config)
        .findFirst()
        .orElse(null);
  }

  private ReadConfig run(ImageReference image) throws InterruptedException {
    // No name of an image needs to be escaped.
    String request =
        "{\"kind\":\"CredentialProviderRequest\",\"apiVersion\":\"%s\",\"image\":\"%s\"}\n"
            .formatted(provider.apiVersion(), image.name());
    return switch (program.run(request.getBytes(StandardCharsets.UTF_8))) {
      case ProgramEnd.Failed failed -> failed("%s %s".formatted(program, failed.why()));
      case Ended ended when ended.exitCode() != 0 -> refused(image, ended);
      case Ended ended -> answered(image, ended);
    };
  }

  private ReadConfig answered(ImageReference image, Ended ended) {
    try {
      ProviderResponse response =
          ProviderResponse.parse(provider.toString(), provider.apiVersion(), ended.output());
      Duration holds =
          response.cacheDuration() == null
              ? provider.defaultCacheDuration()
              : response.cacheDuration();
      if (holds.isPositive()) {
        answers.put(
            key(image, response), new Answer(response.config(), clock.instant().plus(holds)));
      }
      return response.config();
    } catch (IllegalArgumentException e) {
      return failed("gave an answer for %s that %s".formatted(image.name(), e.getMessage()));
    }
  }

  private static String key(ImageReference image, ProviderResponse response) {
    return switch (response.cacheKeyType()) {
      case IMAGE -> image.name();
      case REGISTRY -> image.registry();
      case GLOBAL -> GLOBAL;
    };
  }

  private ReadConfig refused(ImageReference image, Ended ended) {
    List<String> secrets =
        provider.environment().entrySet().stream()
            .filter(variable -> SECRET_NAME.matcher(variable.getKey()).matches())
            .map(Map.Entry::getValue)
            .toList();
    String words = ProgramWords.shown(ended.errors(), secrets);
    return failed(
        "ended with %d when asked for %s%s"
            .formatted(ended.exitCode(), image.name(), words.isEmpty() ? "" : ": " + words));
  }

  private ReadConfig failed(String what) {
    return ReadConfig.unreadable(CredentialProblem.ofWhole(provider.toString(), what));
  }
}
