package dev.prepull.e2e.testbed;

import java.nio.file.Path;

/** Whom a {@link Registry} lets in. */
public sealed interface RegistryAccess {

  /** Everybody. */
  record Open() implements RegistryAccess {}

  /** Whoever knows that word. */
  record Password(String username, String password) implements RegistryAccess {}

  /** Whoever has a token for the repository. */
  record Token(TokenServer server) implements RegistryAccess {}

  /** What the registry's configuration says of it. */
  static String configuration(RegistryAccess access, Workspace workspace, String name) {
    return switch (access) {
      case Open() -> "";
      case Password(String username, String password) -> {
        Path users =
            workspace.file(
                name + "/htpasswd", "%s:%s\n".formatted(username, Bcrypt.hash(password)));
        yield "auth: {htpasswd: {realm: testbed, path: %s}}".formatted(users);
      }
      case Token(TokenServer server) ->
          "auth: {token: {realm: \"%s\", service: %s, issuer: %s, rootcertbundle: %s}}"
              .formatted(server.realm(), TokenServer.SERVICE, TokenServer.ISSUER, server.roots());
    };
  }
}
