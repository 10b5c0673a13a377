package dev.prepull.agent.runtime.docker;

import com.github.dockerjava.api.model.AuthConfig;
import dev.prepull.credentials.DockerHub;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes of credentials what docker-java sends in the header {@code X-Registry-Auth}. */
final class DockerAuthConfigs {

  private DockerAuthConfigs() {}

  /** Null for no credential, upon which there is no header. */
  static @Nullable AuthConfig of(RegistryCredential credential, ImageReference image) {
    if (credential.isAnonymous()) {
      return null;
    }
    AuthConfig auth = new AuthConfig().withRegistryAddress(DockerHub.loginServer(image));
    unlessEmpty(credential.username(), auth::withUsername);
    unlessEmpty(credential.password(), auth::withPassword);
    unlessEmpty(credential.identityToken(), auth::withIdentityToken);
    unlessEmpty(credential.registryToken(), auth::withRegistrytoken);
    return auth;
  }

  private static void unlessEmpty(String value, Consumer<String> field) {
    if (!value.isEmpty()) {
      field.accept(value);
    }
  }
}
