package dev.prepull.controller.tls;

import java.math.BigInteger;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Issues certificates of P-256 keys for the link, and nothing else.
 *
 * @param certificate its own, which agents trust
 */
record CertificateAuthority(X509Certificate certificate, PrivateKey key) {

  /** Clocks of nodes may be slow by that much. */
  private static final Duration SKEW = Duration.ofHours(1);

  private static final int SERIAL_BITS = 127;

  /** A certificate and its key. */
  record Issued(X509Certificate certificate, PrivateKey key) {}

  /** A new one, trusted by itself. */
  static CertificateAuthority make(Instant now, Duration lifetime) throws GeneralSecurityException {
    KeyPair keys = newKeys();
    X500Principal name = new X500Principal("CN=PrePull link CA " + now.getEpochSecond());
    var builder =
        builder(
            new Signer(name, keys.getPrivate()),
            new Subject(name, keys.getPublic()),
            now,
            now.plus(lifetime));
    try {
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
          .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
      return new CertificateAuthority(sign(builder, keys.getPrivate()), keys.getPrivate());
    } catch (CertIOException e) {
      throw new GeneralSecurityException(e);
    }
  }

  /**
   * A certificate for a server with those names and IP addresses. It does not outlive the
   * authority's own.
   */
  Issued issue(List<String> names, Instant now, Duration lifetime) throws GeneralSecurityException {
    KeyPair keys = newKeys();
    Instant end = now.plus(lifetime);
    Instant last = certificate.getNotAfter().toInstant();
    var builder =
        builder(
            new Signer(certificate.getSubjectX500Principal(), key),
            new Subject(new X500Principal("CN=PrePull controller"), keys.getPublic()),
            now,
            end.isBefore(last) ? end : last);
    try {
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
          .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
          .addExtension(
              Extension.extendedKeyUsage,
              false,
              new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
          .addExtension(
              Extension.subjectAlternativeName,
              false,
              new GeneralNames(
                  names.stream()
                      .map(CertificateAuthority::generalName)
                      .toArray(GeneralName[]::new)));
      return new Issued(sign(builder, key), keys.getPrivate());
    } catch (CertIOException e) {
      throw new GeneralSecurityException(e);
    }
  }

  /** Whether that certificate is from here. */
  boolean hasIssued(X509Certificate other) {
    try {
      other.verify(certificate.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static GeneralName generalName(String name) {
    return new GeneralName(
        address(name).isPresent() ? GeneralName.iPAddress : GeneralName.dNSName, name);
  }

  /** How a name reads in a certificate: an IP address can be written in several ways. */
  static String canonical(String name) {
    return address(name).map(InetAddress::getHostAddress).orElse(name);
  }

  private static Optional<InetAddress> address(String name) {
    try {
      return Optional.of(InetAddress.ofLiteral(name));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static KeyPair newKeys() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private record Signer(X500Principal name, PrivateKey key) {}

  private record Subject(X500Principal name, PublicKey key) {}

  private static JcaX509v3CertificateBuilder builder(
      Signer signer, Subject subject, Instant now, Instant end) {
    return new JcaX509v3CertificateBuilder(
        signer.name(),
        new BigInteger(SERIAL_BITS, new SecureRandom()).add(BigInteger.ONE),
        Date.from(now.minus(SKEW)),
        Date.from(end),
        subject.name(),
        subject.key());
  }

  private static X509Certificate sign(JcaX509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
    } catch (OperatorCreationException e) {
      throw new GeneralSecurityException(e);
    }
  }
}
