package dev.prepull.credentials;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a registry is shown to be let in, as the runtimes take it: every part may be empty.
 *
 * @param source where it comes from, such as {@code Secret prepull-system/regcred}; not secret
 * @param username with a password; for some registries a secret itself
 * @param password with a username
 * @param identityToken an OAuth 2 refresh token, which the registry's token server exchanges
 * @param registryToken a bearer token that the registry takes as it is
 * @see <a href="https://github.com/kubernetes/cri-api/blob/master/pkg/apis/runtime/v1/api.proto">
 *     AuthConfig of the CRI</a>
 */
public record RegistryCredential(
    String source, String username, String password, String identityToken, String registryToken) {

  /** What is tried when nothing else fits: no credential. */
  public static final RegistryCredential ANONYMOUS =
      new RegistryCredential("anonymous", "", "", "", "");

  /** A user and a password. */
  public static RegistryCredential ofPassword(String source, String username, String password) {
    return new RegistryCredential(source, username, password, "", "");
  }

  /** An identity token. */
  public static RegistryCredential ofIdentityToken(String source, String token) {
    return new RegistryCredential(source, "", "", token, "");
  }

  /** Whether it holds nothing that a registry could be shown. */
  public boolean isAnonymous() {
    return username.isEmpty()
        && password.isEmpty()
        && identityToken.isEmpty()
        && registryToken.isEmpty();
  }

  /** The same in the same order, without those that show the same as an earlier one. */
  public static List<RegistryCredential> distinct(Collection<RegistryCredential> credentials) {
    Map<RegistryCredential, RegistryCredential> firsts = new LinkedHashMap<>();
    for (RegistryCredential credential : credentials) {
      firsts.putIfAbsent(credential.withSource(""), credential);
    }
    return List.copyOf(firsts.values());
  }

  private RegistryCredential withSource(String other) {
    return new RegistryCredential(other, username, password, identityToken, registryToken);
  }

  /** The source and what kind of credential it is, and nothing of its content. */
  @Override
  public String toString() {
    List<String> kinds = new ArrayList<>();
    if (!username.isEmpty() || !password.isEmpty()) {
      kinds.add("password");
    }
    if (!identityToken.isEmpty()) {
      kinds.add("identity token");
    }
    if (!registryToken.isEmpty()) {
      kinds.add("registry token");
    }
    return kinds.isEmpty() ? source : "%s (%s)".formatted(source, String.join(", ", kinds));
  }
}
