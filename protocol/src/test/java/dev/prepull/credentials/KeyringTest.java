package dev.prepull.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.ImageReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which credentials are tried for an image, and in which order. */
class KeyringTest {

  /**
   * Row by row.
   *
   * @see <a
   *     href="https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/credentialprovider/keyring_test.go">keyring_test.go
   *     of Kubernetes 1.36.2</a>
   */
  @Nested
  class AsTheKubelet {

    @ParameterizedTest(name = "{0} gets {1}")
    @CsvSource({
      "bar.example.com, ada",
      "bar.example.com/pong, grace ada",
      "bar.example.com/ping, ada",
      "bar.example.com/pongz, grace ada",
      "bar.example.com/pong/pang, grace ada",
      "example.com, ''",
      "foo.example.com, ''",
    })
    void putsTheLongerPathFirst(String name, String users) {
      Keyring keyring = keyring("bar.example.com/pong=grace", "bar.example.com=ada");

      assertThat(names(keyring.named(name))).isEqualTo(users);
    }

    @ParameterizedTest
    @ValueSource(strings = {"quay.io", "quay.io/foo", "quay.io/foo/bar"})
    void takesAUrlOfTheApiForTheHost(String name) {
      assertThat(names(keyring("https://quay.io/v1/=rex").named(name))).isEqualTo("rex");
    }

    @Test
    void givesOtherRegistriesNoDockerHubCredential() {
      assertThat(hubKeyring().lookup(ImageReference.parse("world.mesos.org/foo/bar"))).isEmpty();
    }

    @Test
    void givesAnUnqualifiedImageTheDockerHubCredential() {
      assertThat(users(hubKeyring(), "google/docker-registry")).isEqualTo("foo");
    }

    @Test
    void givesAnUnqualifiedOfficialImageTheDockerHubCredential() {
      assertThat(users(hubKeyring(), "jenkins")).isEqualTo("foo");
    }

    @Test
    void givesAQualifiedImageTheDockerHubCredential() {
      assertThat(users(hubKeyring(), "index.docker.io/google/docker-registry")).isEqualTo("foo");
    }

    @ParameterizedTest(name = "{0} lies on Docker Hub: {1}")
    @CsvSource({
      "foo/bar, true",
      "docker.io/foo/bar, true",
      "index.docker.io/foo/bar, true",
      "foo, true",
      "registry.tld/foo/bar, false",
      "registry:5000/foo/bar, false",
      "myhostdocker.io/foo/bar, false",
    })
    void knowsWhichImagesLieOnDockerHub(String image, boolean hub) {
      assertThat(users(hubKeyring(), image)).isEqualTo(hub ? "foo" : "");
    }

    private Keyring hubKeyring() {
      return keyring("https://index.docker.io/v1/=foo");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "docker.io",
        "https://docker.io",
        "https://docker.io/v1/",
        "index.docker.io",
        "https://index.docker.io/v1/",
        "http://index.docker.io/v1/",
        "https://index.docker.io/v2/",
        "https://index.docker.io/v1",
        "registry-1.docker.io",
        "https://registry-1.docker.io/v2/",
      })
  void knowsTheSpellingsOfDockerHub(String key) {
    Keyring keyring = keyring(key + "=hub");

    assertThat(users(keyring, "nginx")).isEqualTo("hub");
    assertThat(users(keyring, "team/app:1")).isEqualTo("hub");
    assertThat(users(keyring, "docker.io/team/app")).isEqualTo("hub");
    assertThat(users(keyring, "reg.example/team/app")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"*.docker.io", "hub.docker.io", "index.docker.io:5000", "docker.com"})
  void takesNoOtherHostForDockerHub(String key) {
    assertThat(users(keyring(key + "=other"), "nginx")).isEmpty();
  }

  @Test
  void triesWhatTheKubeletWouldBeforeTheOtherSpellingsOfDockerHub() {
    Keyring keyring =
        keyring(
            "registry-1.docker.io=third",
            "index.docker.io=second",
            "docker.io=first",
            "index.docker.io/team=team");

    assertThat(users(keyring, "other/app")).isEqualTo("first third second");
    assertThat(users(keyring, "team/app")).isEqualTo("first third team second");
  }

  @Test
  void triesTheKeysBackwardsSoThatGlobsComeLast() {
    Keyring keyring =
        keyring(
            "*.example=glob",
            "reg.example=host",
            "reg.*=other-glob",
            "reg.example/team=path",
            "reg.example/team/app=longer-path");

    assertThat(users(keyring, "reg.example/team/app"))
        .isEqualTo("longer-path path host other-glob glob");
  }

  @Test
  void triesTheCredentialsOfOneKeyInTheOrderOfTheConfigs() {
    Keyring keyring =
        Keyring.of(
            List.of(
                config("reg.example=first"),
                config("reg.example=second", "https://reg.example/=third"),
                config("reg.example=fourth")));

    assertThat(users(keyring, "reg.example/app")).isEqualTo("first second third fourth");
  }

  @Test
  void triesAMoreExactKeyOfALaterConfigFirst() {
    Keyring keyring =
        Keyring.of(List.of(config("reg.example=host"), config("reg.example/team=path")));

    assertThat(users(keyring, "reg.example/team/app")).isEqualTo("path host");
  }

  @Test
  void triesNoCredentialTwice() {
    RegistryCredential first = RegistryCredential.ofPassword("Secret a", "user", "password");
    RegistryCredential same = RegistryCredential.ofPassword("Secret b", "user", "password");
    RegistryCredential other = RegistryCredential.ofPassword("Secret b", "user", "new password");
    Keyring keyring =
        Keyring.of(
            List.of(
                DockerConfig.of(List.of(entry("reg.example/team", first))),
                DockerConfig.of(
                    List.of(entry("reg.example/team", same), entry("reg.example", other)))));

    assertThat(keyring.lookup(ImageReference.parse("reg.example/team/app")))
        .containsExactly(first, other);
  }

  @Test
  void heedsNeitherTagNorDigest() {
    Keyring keyring = keyring("reg.example/app=user");

    assertThat(users(keyring, "reg.example/app:1")).isEqualTo("user");
    assertThat(users(keyring, "reg.example/app@sha256:" + "a".repeat(64))).isEqualTo("user");
  }

  @Test
  void hasNothingWithoutConfigs() {
    assertThat(Keyring.of(List.of()).lookup(ImageReference.parse("nginx"))).isEmpty();
  }

  private static Keyring keyring(String... entries) {
    return Keyring.of(List.of(config(entries)));
  }

  /** Entries of the form {@code key=user}. */
  private static DockerConfig config(String... entries) {
    List<DockerConfigEntry> all = new ArrayList<>();
    for (String entry : entries) {
      int equals = entry.lastIndexOf('=');
      all.add(
          entry(
              entry.substring(0, equals),
              RegistryCredential.ofPassword("test", entry.substring(equals + 1), "password")));
    }
    return DockerConfig.of(all);
  }

  private static DockerConfigEntry entry(String key, RegistryCredential credential) {
    return new DockerConfigEntry(RegistryPattern.parse(key), credential);
  }

  private static String users(Keyring keyring, String image) {
    return names(keyring.lookup(ImageReference.parse(image)));
  }

  private static String names(List<RegistryCredential> credentials) {
    return String.join(" ", credentials.stream().map(RegistryCredential::username).toList());
  }
}
