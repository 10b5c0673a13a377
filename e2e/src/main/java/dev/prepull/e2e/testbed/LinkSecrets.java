package dev.prepull.e2e.testbed;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/**
 * What controller and agents need to trust one another: a certificate that is its own CA, and a
 * token.
 *
 * @param certificate PEM file
 * @param key PEM file, readable by its owner only; empty where an agent alone is meant
 * @param token file, readable by its owner only
 */
public record LinkSecrets(Path certificate, Path key, Path token) {

  private static final String ALIAS = "link";
  private static final String ENTRY_PASSWORD = "changeit";
  private static final int TOKEN_BYTES = 32;

  /** What an agent needs of them, where the controller makes its own certificate. */
  public static LinkSecrets ofAgent(Path trusted, Path token) {
    return new LinkSecrets(trusted, Path.of(""), token);
  }

  /** Makes them in the workspace's directory {@code name}. */
  public static LinkSecrets make(Workspace workspace, String name) {
    Path store = workspace.directory(name).resolve("link.p12");
    try {
      Files.deleteIfExists(store);
      var _ =
          Commands.run(
              List.of(
                  Path.of(Machine.java()).resolveSibling("keytool").toString(),
                  "-genkeypair",
                  "-alias",
                  ALIAS,
                  "-keyalg",
                  "EC",
                  "-groupname",
                  "secp256r1",
                  "-dname",
                  "CN=prepull-controller",
                  "-ext",
                  "san=ip:127.0.0.1,dns:localhost",
                  "-validity",
                  "365",
                  "-storetype",
                  "PKCS12",
                  "-storepass",
                  ENTRY_PASSWORD,
                  "-keystore",
                  store.toString()));
      KeyStore keys = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(store)) {
        keys.load(in, ENTRY_PASSWORD.toCharArray());
      }
      byte[] certificate = keys.getCertificate(ALIAS).getEncoded();
      byte[] key = keys.getKey(ALIAS, ENTRY_PASSWORD.toCharArray()).getEncoded();
      byte[] token = new byte[TOKEN_BYTES];
      new SecureRandom().nextBytes(token);
      return new LinkSecrets(
          workspace.file(name + "/tls.crt", pem("CERTIFICATE", certificate)),
          workspace.file(name + "/tls.key", pem("PRIVATE KEY", Objects.requireNonNull(key))),
          workspace.file(name + "/token", HexFormat.of().formatHex(token)));
    } catch (GeneralSecurityException e) {
      throw new TestbedException("the link's certificate cannot be made: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String pem(String type, byte[] content) {
    return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
        .formatted(type, Base64.getMimeEncoder().encodeToString(content), type);
  }
}
