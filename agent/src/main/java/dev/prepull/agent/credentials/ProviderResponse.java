package dev.prepull.agent.credentials;

import dev.prepull.credentials.CredentialProblem;
import dev.prepull.credentials.DockerConfig;
import dev.prepull.credentials.DockerConfigEntry;
import dev.prepull.credentials.InvalidJsonException;
import dev.prepull.credentials.ReadConfig;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.credentials.RegistryPattern;
import dev.prepull.credentials.SecretJson;
import dev.prepull.credentials.SecretJson.Members;
import dev.prepull.credentials.SecretJson.Text;
import dev.prepull.model.GoDuration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a credential provider answers: a CredentialProviderResponse.
 *
 * @param cacheDuration how long the answer holds; null when it does not say
 * @param config the credentials, and what is wrong with single ones
 * @see <a
 *     href="https://github.com/kubernetes/kubelet/blob/master/pkg/apis/credentialprovider/v1/types.go">its
 *     types</a>
 */
record ProviderResponse(
    CacheKeyType cacheKeyType, @Nullable Duration cacheDuration, ReadConfig config) {

  /** For which images an answer holds. */
  enum CacheKeyType {
    /** The one that was asked for. */
    IMAGE("Image"),
    /** Those of its registry. */
    REGISTRY("Registry"),
    /** All for which the provider is asked. */
    GLOBAL("Global");

    private final String word;

    CacheKeyType(String word) {
      this.word = word;
    }

    private static CacheKeyType of(String word) {
      for (CacheKeyType type : values()) {
        if (type.word.equals(word)) {
          return type;
        }
      }
      throw new IllegalArgumentException("has no cacheKeyType; expected Image, Registry or Global");
    }
  }

  /**
   * Reads an answer.
   *
   * @param source the provider, for messages
   * @throws IllegalArgumentException when it is none of that version; the message shows no secret
   */
  static ProviderResponse parse(String source, String apiVersion, byte[] answer) {
    Members response = members(answer);
    String kind = text(response, "kind");
    if (!kind.equals("CredentialProviderResponse")
        || !text(response, "apiVersion").equals(apiVersion)) {
      throw new IllegalArgumentException(
          "is of another kind or version; expected CredentialProviderResponse of " + apiVersion);
    }
    String duration = text(response, "cacheDuration");
    return new ProviderResponse(
        CacheKeyType.of(text(response, "cacheKeyType")),
        duration.isEmpty() ? null : duration(duration),
        auth(source, response.member("auth")));
  }

  private static Members members(byte[] answer) {
    try {
      if (SecretJson.parse(answer) instanceof Members members) {
        return members;
      }
    } catch (InvalidJsonException e) {
      throw new IllegalArgumentException(
          "%s; expected a CredentialProviderResponse".formatted(e.getMessage()));
    }
    throw new IllegalArgumentException("is no object; expected a CredentialProviderResponse");
  }

  private static String text(Members members, String name) {
    return members.member(name).orElse(null) instanceof Text text ? text.value() : "";
  }

  private static Duration duration(String text) {
    try {
      return GoDuration.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "has a cacheDuration that is none; expected one such as 10m");
    }
  }

  private static ReadConfig auth(String source, Optional<SecretJson> auth) {
    List<DockerConfigEntry> entries = new ArrayList<>();
    List<CredentialProblem> problems = new ArrayList<>();
    if (auth.orElse(null) instanceof Members all) {
      all.members()
          .forEach((key, value) -> {
            try {
              DockerConfigEntry entry = entry(source, key, value);
              if (!entry.credential().isAnonymous()) {
                entries.add(entry);
              }
            } catch (IllegalArgumentException e) {
              problems.add(
                  CredentialProblem.ofWhole(
                      source, "answered with a credential that " + e.getMessage()));
            }
          });
    } else if (auth.isPresent()) {
      throw new IllegalArgumentException("has an auth that is no object");
    }
    return new ReadConfig(DockerConfig.of(entries), problems);
  }

  private static DockerConfigEntry entry(String source, String key, SecretJson value) {
    if (!(value instanceof Members fields)) {
      throw new IllegalArgumentException("is no object; expected username and password");
    }
    return new DockerConfigEntry(
        RegistryPattern.parse(key),
        RegistryCredential.ofPassword(source, text(fields, "username"), text(fields, "password")));
  }
}
