package dev.prepull.controller.credentials;

import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.GoogleCredentials;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Date;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of Google's registries, for an hour. The identity is what Google's libraries call
 * application default: a key or federation file, else the metadata server, and so Workload
 * Identity.
 *
 * @see <a href="https://docs.cloud.google.com/artifact-registry/docs/docker/authentication#token">
 *     Artifact Registry's access tokens</a>
 */
final class GoogleTokens {

  private static final String USER = "oauth2accesstoken";
  private static final String FILE_VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS";

  /** Enough to pull, and no more. */
  private static final List<String> SCOPES =
      List.of(
          "https://www.googleapis.com/auth/cloud-platform.read-only",
          "https://www.googleapis.com/auth/devstorage.read_only");

  private GoogleTokens() {}

  /** Those of the identity that the environment names. */
  static TokenSource byDefault() {
    String file = System.getenv(FILE_VARIABLE);
    return of(file == null || file.isEmpty() ? null : Path.of(file));
  }

  /** Those of the identity in that file, which is read anew each time; null for the machine's. */
  static TokenSource of(@Nullable Path file) {
    return () -> {
      try {
        AccessToken token = credentials(file).createScoped(SCOPES).refreshAccessToken();
        Date expiry = token.getExpirationTime();
        if (expiry == null) {
          throw new TokenException(
              "Google gave one that does not say when it ends. See whether something else answers in its place.");
        }
        return new CloudToken(USER, token.getTokenValue(), expiry.toInstant());
      } catch (IOException e) {
        throw new TokenException(
            ("Google gave none: %s. Give the controller's Pod a Google identity that may read the"
                    + " repositories (roles/artifactregistry.reader), or a key file with %s.")
                .formatted(CloudWords.of(e), FILE_VARIABLE));
      } catch (RuntimeException e) {
        // It may quote the file.
        throw new TokenException(
            "%s cannot be used as an identity. See whether it is what Google's console gave."
                .formatted(file == null ? "What the metadata server says" : file));
      }
    };
  }

  private static GoogleCredentials credentials(@Nullable Path file) throws IOException {
    if (file == null) {
      return GoogleCredentials.getApplicationDefault();
    }
    try (InputStream content = Files.newInputStream(file)) {
      return GoogleCredentials.fromStream(content);
    }
  }
}
