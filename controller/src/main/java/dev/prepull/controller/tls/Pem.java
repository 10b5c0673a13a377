package dev.prepull.controller.tls;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Certificates and keys as text.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7468">RFC 7468</a>
 */
final class Pem {

  private static final int LINE = 64;
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]*)-----END PRIVATE KEY-----");

  private Pem() {}

  static String of(X509Certificate certificate) {
    try {
      return block("CERTIFICATE", certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a certificate has no encoding", e);
    }
  }

  static String of(PrivateKey key) {
    return block("PRIVATE KEY", key.getEncoded());
  }

  private static String block(String label, byte[] content) {
    String base64 =
        Base64.getMimeEncoder(LINE, "\n".getBytes(StandardCharsets.US_ASCII))
            .encodeToString(content);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, base64, label);
  }

  /** All certificates in their order. */
  static List<X509Certificate> certificates(String pem) throws GeneralSecurityException {
    List<X509Certificate> certificates = new ArrayList<>();
    var in = new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8));
    for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
      certificates.add((X509Certificate) certificate);
    }
    return certificates;
  }

  /** All keys of elliptic curves in their order. */
  static List<PrivateKey> keys(String pem) throws GeneralSecurityException {
    List<PrivateKey> keys = new ArrayList<>();
    Matcher blocks = KEY.matcher(pem);
    while (blocks.find()) {
      try {
        byte[] content = Base64.getMimeDecoder().decode(blocks.group(1));
        keys.add(KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(content)));
      } catch (IllegalArgumentException e) {
        throw new GeneralSecurityException("a key is no base64", e);
      }
    }
    return keys;
  }
}
