package dev.prepull.e2e.testbed;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A server's certificate by a CA of its own, which nobody trusts who is not told to. Its key is for
 * the elliptic curve P-256.
 *
 * @param ca the CA's certificate, PEM
 * @param chain the server's certificate, PEM
 * @param keyFile the server's key, PEM
 */
record ServerCertificate(
    X509Certificate authority,
    X509Certificate own,
    PrivateKey key,
    Path ca,
    Path chain,
    Path keyFile) {

  private static final String PASSWORD = "changeit";
  private static final String AUTHORITY = "ca";
  private static final String SERVER = "server";

  /**
   * Makes one in the workspace's directory {@code name}.
   *
   * @param address the IPv4 address that it is for
   */
  static ServerCertificate make(Workspace workspace, String name, String address) {
    Path store = workspace.directory(name).resolve("keys.p12");
    keytool(store, AUTHORITY, List.of("-ext", "bc:c"));
    keytool(store, SERVER, List.of("-signer", AUTHORITY, "-ext", "san=ip:" + address));
    try (InputStream in = Files.newInputStream(store)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, PASSWORD.toCharArray());
      Certificate authority = Objects.requireNonNull(keys.getCertificate(AUTHORITY));
      Certificate own = Objects.requireNonNull(keys.getCertificate(SERVER));
      Key key = Objects.requireNonNull(keys.getKey(SERVER, PASSWORD.toCharArray()));
      return new ServerCertificate(
          (X509Certificate) authority,
          (X509Certificate) own,
          (PrivateKey) key,
          workspace.file(name + "/ca.crt", pem("CERTIFICATE", authority.getEncoded())),
          workspace.file(name + "/tls.crt", pem("CERTIFICATE", own.getEncoded())),
          workspace.file(
              name + "/tls.key", pem("PRIVATE KEY", Objects.requireNonNull(key.getEncoded()))));
    } catch (GeneralSecurityException e) {
      throw new TestbedException("a certificate cannot be made: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void keytool(Path store, String alias, List<String> more) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(Machine.java()).resolveSibling("keytool").toString());
    command.addAll(
        List.of("-genkeypair", "-alias", alias, "-keyalg", "EC", "-groupname", "secp256r1"));
    command.addAll(List.of("-dname", "CN=testbed " + alias, "-validity", "365"));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
    command.addAll(List.of("-keystore", store.toString()));
    command.addAll(more);
    var _ = Commands.run(command);
  }

  private static String pem(String type, byte[] content) {
    return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
        .formatted(type, Base64.getMimeEncoder().encodeToString(content), type);
  }

  /** For a client that trusts this CA and no other. */
  SSLContext trust() {
    try {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      trusted.setCertificateEntry(AUTHORITY, authority);
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new TestbedException("the CA cannot be trusted: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
