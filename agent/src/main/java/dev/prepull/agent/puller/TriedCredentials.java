package dev.prepull.agent.puller;

import dev.prepull.agent.runtime.PullOutcome;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullReason;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What became of a pull for which no credential was accepted.
 *
 * @param tries in order, the anonymous one last
 * @param problems why there may be fewer credentials than meant
 */
record TriedCredentials(ImageReference reference, List<Try> tries, List<String> problems) {

  /** Copies both lists; there must be a try. */
  TriedCredentials {
    tries = List.copyOf(tries);
    problems = List.copyOf(problems);
  }

  /**
   * One of them.
   *
   * @param source where the credential comes from
   */
  record Try(String source, boolean anonymous, PullOutcome.Failed failed) {

    private static final String HIDDEN = "…";

    /** Forgets the credential, and takes it out of what was said. */
    static Try of(RegistryCredential credential, PullOutcome.Failed failed) {
      String words = failed.message();
      List<String> secrets =
          List.of(credential.password(), credential.identityToken(), credential.registryToken());
      for (String secret : secrets) {
        words = secret.isEmpty() ? words : words.replace(secret, HIDDEN);
      }
      return new Try(
          credential.source(),
          credential.isAnonymous(),
          new PullOutcome.Failed(failed.reason(), words, failed.retryAfter()));
    }

    boolean mayLieInTheCredential() {
      return mayLieInCredentials(failed.reason());
    }

    private boolean is(PullReason reason) {
      return failed.reason() == reason;
    }
  }

  /** Registries often say of what one may not see that it is not there. */
  static boolean mayLieInCredentials(PullReason reason) {
    return reason == PullReason.UNAUTHORIZED || reason == PullReason.NOT_FOUND;
  }

  /**
   * How the pull has failed. It is {@link PullReason#NOT_FOUND} where a credential was told so, and
   * where there was none; where the credentials were refused, an anonymous pull proves nothing.
   */
  PullOutcome.Failed failure() {
    Try decisive =
        tries.stream()
            .filter(one -> !one.anonymous() && one.is(PullReason.NOT_FOUND))
            .findFirst()
            .orElse(tries.getFirst());
    PullOutcome.Failed failed = decisive.failed();
    return new PullOutcome.Failed(
        failed.reason(),
        Stream.concat(
                Stream.of(summary(failed)),
                problems.stream().map(problem -> "could not be used: " + problem))
            .collect(Collectors.joining("; ")),
        failed.retryAfter());
  }

  private String summary(PullOutcome.Failed failed) {
    boolean unauthorized = failed.reason() == PullReason.UNAUTHORIZED;
    if (tries.size() == 1) {
      return unauthorized
          ? "%s refuses an anonymous pull, and there is no credential for it: %s"
              .formatted(reference.registry(), failed.message())
          : failed.message();
    }
    return "%s %s %s, nor without any: %s"
        .formatted(
            reference.registry(),
            unauthorized ? "gives it neither for" : "does not have it, neither for",
            sources(),
            failed.message());
  }

  private String sources() {
    Map<String, Integer> counts = new LinkedHashMap<>();
    tries.stream()
        .filter(one -> !one.anonymous())
        .forEach(one -> counts.merge(one.source(), 1, Integer::sum));
    return counts.entrySet().stream()
        .map(source ->
            source.getValue() == 1
                ? "the credential of " + source.getKey()
                : "the %d credentials of %s".formatted(source.getValue(), source.getKey()))
        .collect(Collectors.joining(" and "));
  }
}
