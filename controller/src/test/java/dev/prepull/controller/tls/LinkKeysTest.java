package dev.prepull.controller.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates follow one another without a gap for those who trust them. */
class LinkKeysTest {

  private static final Instant BEGAN = Instant.parse("2026-01-01T00:00:00Z");
  private static final List<String> NAMES =
      List.of("prepull-controller.ns.svc", "127.0.0.1", "::1");

  private final LinkKeys keys;

  LinkKeysTest() throws GeneralSecurityException {
    keys = LinkKeys.make(NAMES, BEGAN);
  }

  private static X509Certificate serving(LinkKeys keys) throws GeneralSecurityException {
    return Pem.certificates(keys.serving("test").chain()).getFirst();
  }

  private static List<String> names(LinkKeys keys) throws GeneralSecurityException {
    return serving(keys).getSubjectAlternativeNames().stream()
        .map(name -> String.valueOf(name.get(1)))
        .toList();
  }

  private static List<X509Certificate> trusted(LinkKeys keys) throws GeneralSecurityException {
    return Pem.certificates(keys.trusted());
  }

  /** Whether somebody who knows only those authorities lets the server of these keys pass. */
  private static boolean isTrusted(LinkKeys keys, List<X509Certificate> authorities)
      throws GeneralSecurityException {
    X509Certificate certificate = serving(keys);
    return authorities.stream().anyMatch(authority -> isIssuedBy(certificate, authority));
  }

  @Test
  void showsACertificateWithAllNamesThatItsAuthorityHasIssued() throws Exception {
    assertThat(names(keys))
        .containsExactly("prepull-controller.ns.svc", "127.0.0.1", "0:0:0:0:0:0:0:1");
    assertThat(isTrusted(keys, trusted(keys))).isTrue();
    assertThat(trusted(keys)).hasSize(1);
  }

  @Test
  void hasAStopgapThatNobodyTrusts() throws Exception {
    ServingCertificate stopgap = LinkKeys.stopgap(NAMES, BEGAN);

    X509Certificate shown = Pem.certificates(stopgap.chain()).getFirst();
    assertThat(shown.getSubjectX500Principal()).isEqualTo(serving(keys).getSubjectX500Principal());
    assertThat(trusted(keys)).noneMatch(authority -> isIssuedBy(shown, authority));
  }

  private static boolean isIssuedBy(X509Certificate certificate, X509Certificate authority) {
    try {
      certificate.verify(authority.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  @Test
  void isReadAsItWasWritten() throws Exception {
    LinkKeys read = LinkKeys.of(keys.data());

    assertThat(read.data()).containsExactlyInAnyOrderEntriesOf(keys.data());
    assertThat(read.serving("test")).isEqualTo(keys.serving("test"));
  }

  @Test
  void staysAsItIsWhileAllIsWell() throws Exception {
    assertThat(keys.renewed(NAMES.reversed(), BEGAN.plus(Duration.ofDays(19)))).isSameAs(keys);
  }

  @Test
  void issuesAnotherCertificateInTheLastThirdOfItsLife() throws Exception {
    LinkKeys renewed = keys.renewed(NAMES, BEGAN.plus(Duration.ofDays(21)));

    assertThat(serving(renewed)).isNotEqualTo(serving(keys));
    assertThat(trusted(renewed)).isEqualTo(trusted(keys));
    assertThat(isTrusted(renewed, trusted(keys))).isTrue();
  }

  @Test
  void issuesAnotherCertificateWhenTheServerHasAnotherName() throws Exception {
    LinkKeys renewed = keys.renewed(List.of("other"), BEGAN);

    assertThat(names(renewed)).containsExactly("other");
  }

  @Test
  void publishesANewAuthorityADayBeforeItIssuesAnything() throws Exception {
    Instant half = BEGAN.plus(LinkKeys.AUTHORITY_LIFETIME.dividedBy(2)).plus(Duration.ofDays(1));

    LinkKeys published = keys.renewed(NAMES, half);
    LinkKeys later = published.renewed(NAMES, half.plus(Duration.ofDays(21)));

    assertThat(trusted(published)).hasSize(2).endsWith(trusted(keys).getFirst());
    assertThat(isTrusted(published, trusted(keys))).isTrue();
    assertThat(isTrusted(later, trusted(keys))).isFalse();
    assertThat(isTrusted(later, trusted(published))).isTrue();
  }

  @Test
  void whoReadsWhatIsTrustedOnceADayIsNeverShownAStranger() throws Exception {
    LinkKeys current = keys;
    List<X509Certificate> known = trusted(keys);
    for (int day = 1; day < 800; day++) {
      Instant now = BEGAN.plus(Duration.ofDays(day));
      current = current.renewed(NAMES, now);
      assertThat(isTrusted(current, known)).as("day %d", day).isTrue();
      assertThat(serving(current).getNotAfter().toInstant()).as("day %d", day).isAfter(now);
      known = trusted(current);
      assertThat(known).as("day %d", day).hasSizeLessThanOrEqualTo(2);
    }
  }

  @Test
  void beginsAnewWhenEverythingHasEnded() throws Exception {
    Instant late = BEGAN.plus(LinkKeys.AUTHORITY_LIFETIME).plus(Duration.ofDays(1));

    LinkKeys renewed = keys.renewed(NAMES, late);

    assertThat(trusted(renewed)).hasSize(1).doesNotContainAnyElementsOf(trusted(keys));
    assertThat(isTrusted(renewed, trusted(renewed))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ca.crt", "ca.key", "tls.crt", "tls.key"})
  void namesWhatIsMissing(String key) {
    Map<String, byte[]> data = new HashMap<>(keys.data());
    data.remove(key);

    assertThatThrownBy(() -> LinkKeys.of(data))
        .isInstanceOf(GeneralSecurityException.class)
        .hasMessage("key %s is missing", key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ca.crt", "ca.key", "tls.crt", "tls.key"})
  void refusesWhatIsNoPem(String key) {
    Map<String, byte[]> data = new HashMap<>(keys.data());
    data.put(key, "garbage".getBytes(StandardCharsets.UTF_8));

    assertThatThrownBy(() -> LinkKeys.of(data)).isInstanceOf(GeneralSecurityException.class);
  }

  @Test
  void tellsNoKey() {
    assertThat(keys.serving("Secret ns/prepull-tls")).hasToString("Secret ns/prepull-tls");
  }
}
