package dev.prepull.controller.tls;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The certificate of the link and the authorities that agents trust, as one Secret holds them.
 * Immutable.
 *
 * <p>Nothing that an agent trusts ends before it has had time to learn what follows: a new
 * authority is made when half of the newest one's life is over, is published at once, and issues
 * certificates only after a day. {@code ca.crt} has all authorities whose life is not over, the
 * newest first, and {@code ca.key} their keys in the same order.
 */
public final class LinkKeys {

  static final Duration AUTHORITY_LIFETIME = Duration.ofDays(730);
  static final Duration CERTIFICATE_LIFETIME = Duration.ofDays(30);

  /** By then every agent has read {@code ca.crt} anew: the kubelet brings it within minutes. */
  static final Duration PUBLISHED = Duration.ofDays(1);

  private static final String CA_CERTIFICATES = "ca.crt";
  private static final String CA_KEYS = "ca.key";
  private static final String CERTIFICATE = "tls.crt";
  private static final String KEY = "tls.key";

  /** The newest first. */
  private final List<CertificateAuthority> authorities;

  private final X509Certificate certificate;
  private final PrivateKey key;

  private LinkKeys(
      List<CertificateAuthority> authorities, X509Certificate certificate, PrivateKey key) {
    this.authorities = List.copyOf(authorities);
    this.certificate = certificate;
    this.key = key;
  }

  /** New ones for a server with those names and IP addresses. */
  public static LinkKeys make(List<String> names, Instant now) throws GeneralSecurityException {
    return issued(List.of(CertificateAuthority.make(now, AUTHORITY_LIFETIME)), names, now);
  }

  private static LinkKeys issued(
      List<CertificateAuthority> authorities, List<String> names, Instant now)
      throws GeneralSecurityException {
    CertificateAuthority.Issued issued =
        issuer(authorities, now).issue(names, now, CERTIFICATE_LIFETIME);
    return new LinkKeys(authorities, issued.certificate(), issued.key());
  }

  /** The newest one that every agent trusts by now; the oldest where none has that age. */
  private static CertificateAuthority issuer(List<CertificateAuthority> authorities, Instant now) {
    return authorities.stream()
        .filter(authority ->
            !authority.certificate().getNotBefore().toInstant().plus(PUBLISHED).isAfter(now))
        .findFirst()
        .orElse(authorities.getLast());
  }

  /**
   * Reads what {@link #data} has written.
   *
   * @throws GeneralSecurityException when something is missing or does not belong together; says
   *     nothing of keys
   */
  public static LinkKeys of(Map<String, byte[]> data) throws GeneralSecurityException {
    List<X509Certificate> certificates = Pem.certificates(text(data, CA_CERTIFICATES));
    List<PrivateKey> keys = Pem.keys(text(data, CA_KEYS));
    if (certificates.isEmpty() || certificates.size() != keys.size()) {
      throw new GeneralSecurityException(
          "%s has %d certificates and %s %d keys"
              .formatted(CA_CERTIFICATES, certificates.size(), CA_KEYS, keys.size()));
    }
    List<CertificateAuthority> authorities = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      authorities.add(new CertificateAuthority(certificates.get(i), keys.get(i)));
    }
    List<X509Certificate> chain = Pem.certificates(text(data, CERTIFICATE));
    List<PrivateKey> own = Pem.keys(text(data, KEY));
    if (chain.isEmpty() || own.isEmpty()) {
      throw new GeneralSecurityException(
          "%s has no certificate or %s no key".formatted(CERTIFICATE, KEY));
    }
    return new LinkKeys(authorities, chain.getFirst(), own.getFirst());
  }

  private static String text(Map<String, byte[]> data, String key) throws GeneralSecurityException {
    byte[] value = data.get(key);
    if (value == null) {
      throw new GeneralSecurityException("key %s is missing".formatted(key));
    }
    return new String(value, StandardCharsets.UTF_8);
  }

  /** What is to be kept, as the data of a Secret of the type {@code kubernetes.io/tls}. */
  public Map<String, byte[]> data() {
    StringBuilder keys = new StringBuilder();
    authorities.forEach(authority -> keys.append(Pem.of(authority.key())));
    return Map.of(
        CA_CERTIFICATES,
        bytes(trusted()),
        CA_KEYS,
        bytes(keys.toString()),
        CERTIFICATE,
        bytes(Pem.of(certificate)),
        KEY,
        bytes(Pem.of(key)));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The authorities that agents shall trust, as PEM. */
  public String trusted() {
    StringBuilder text = new StringBuilder();
    authorities.forEach(authority -> text.append(Pem.of(authority.certificate())));
    return text.toString();
  }

  /**
   * A certificate that nobody trusts, so that a server can listen before there is one.
   *
   * @param names DNS names and IP addresses of the server
   */
  public static ServingCertificate stopgap(List<String> names, Instant now)
      throws GeneralSecurityException {
    return make(names, now).serving("this process alone");
  }

  /** What the link shows. */
  public ServingCertificate serving(String source) {
    return new ServingCertificate(Pem.of(certificate), Pem.of(key), source);
  }

  /**
   * What they should be now; the same object when nothing is to be done.
   *
   * @param names what the server is called now
   */
  public LinkKeys renewed(List<String> names, Instant now) throws GeneralSecurityException {
    List<CertificateAuthority> alive = new ArrayList<>();
    for (CertificateAuthority authority : authorities) {
      if (now.isBefore(authority.certificate().getNotAfter().toInstant())) {
        alive.add(authority);
      }
    }
    if (alive.isEmpty() || remaining(alive.getFirst().certificate(), now) < 1.0 / 2) {
      alive.addFirst(CertificateAuthority.make(now, AUTHORITY_LIFETIME));
    }
    boolean good =
        remaining(certificate, now) >= 1.0 / 3
            && alive.stream().anyMatch(authority -> authority.hasIssued(certificate))
            && namesOf(certificate).equals(canonical(names));
    if (!good) {
      return issued(alive, names, now);
    }
    return alive.equals(authorities) ? this : new LinkKeys(alive, certificate, key);
  }

  private static double remaining(X509Certificate certificate, Instant now) {
    Instant begin = certificate.getNotBefore().toInstant();
    Instant end = certificate.getNotAfter().toInstant();
    return (double) Duration.between(now, end).toSeconds()
        / Duration.between(begin, end).toSeconds();
  }

  private static Set<String> namesOf(X509Certificate certificate) throws GeneralSecurityException {
    Collection<List<?>> names = certificate.getSubjectAlternativeNames();
    // Each is its type and its text.
    return names == null
        ? Set.of()
        : canonical(names.stream().map(name -> String.valueOf(name.get(1))).toList());
  }

  private static Set<String> canonical(Collection<String> names) {
    return names.stream().map(CertificateAuthority::canonical).collect(Collectors.toSet());
  }
}
