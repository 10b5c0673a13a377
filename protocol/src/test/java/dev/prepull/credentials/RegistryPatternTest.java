package dev.prepull.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which images a key is meant for. Rows are taken from the kubelet's own tables.
 *
 * @see <a
 *     href="https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/credentialprovider/keyring_test.go">keyring_test.go
 *     of Kubernetes 1.36.2</a>
 */
class RegistryPatternTest {

  @ParameterizedTest(name = "{0} against {1}: {2}")
  @CsvSource({
    // without a path
    "*.kubernetes.io, prefix.kubernetes.io, true",
    "prefix.*.io, prefix.kubernetes.io, true",
    "prefix.kubernetes.*, prefix.kubernetes.io, true",
    "*-good.kubernetes.io, prefix-good.kubernetes.io, true",
    // with a path
    "*.kubernetes.io/blah, prefix.kubernetes.io/blah, true",
    "prefix.*.io/foo, prefix.kubernetes.io/foo/bar, true",
    // with path and port
    "*.kubernetes.io:1111/blah, prefix.kubernetes.io:1111/blah, true",
    "prefix.*.io:1111/foo, prefix.kubernetes.io:1111/foo/bar, true",
    // another number of parts
    "*.kubernetes.io, kubernetes.io, false",
    "*.*.kubernetes.io, prefix.kubernetes.io, false",
    "*.*.kubernetes.io, kubernetes.io, false",
    "*kubernetes.io, a.kubernetes.io, false",
    // the same number of parts
    "*kubernetes.io, kubernetes.io, true",
    "*.*.*.kubernetes.io, a.b.c.kubernetes.io, true",
    // some part differs
    "kubernetes.io, kubernetes.com, false",
    "k*.io, quay.io, false",
    // the port differs
    "*.kubernetes.io:1234/blah, prefix.kubernetes.io:1111/blah, false",
    "prefix.*.io/foo, prefix.kubernetes.io:1111/foo/bar, false",
  })
  void matchesAsURLsMatchOfTheKubelet(String key, String name, boolean expected) {
    assertThat(RegistryPattern.parse(key).matches(name)).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0} is meant for {1}/foo/bar")
  @CsvSource({
    "https://hello.kubernetes.io, hello.kubernetes.io",
    "https://*.docker.io, prefix.docker.io",
    "https://prefix.*.io, prefix.docker.io",
    "https://prefix.docker.*, prefix.docker.io",
    "https://*.docker.io/path, prefix.docker.io/path",
    "https://prefix.*.io/path, prefix.docker.io/path/subpath",
    "https://prefix.docker.*/path, prefix.docker.io/path",
    "https://*.docker.io:8888, prefix.docker.io:8888",
    "https://prefix.*.io:8888, prefix.docker.io:8888",
    "https://prefix.docker.*:8888, prefix.docker.io:8888",
    "https://*.docker.io/path:1111, prefix.docker.io/path:1111",
    "https://*.docker.io/v1/, prefix.docker.io/path:1111",
    "https://*.docker.io/v2/, prefix.docker.io/path:1111",
    "https://prefix.docker.*/path:1111, prefix.docker.io/path:1111",
    "prefix.docker.io:1111, prefix.docker.io:1111/path",
    "*.docker.io:1111, prefix.docker.io:1111/path",
  })
  void matchesAsInDockerKeyringForGlobOfTheKubelet(String key, String name) {
    assertThat(RegistryPattern.parse(key).matches(name + "/foo/bar")).isTrue();
  }

  @ParameterizedTest(name = "{0} is not meant for {1}/foo/bar")
  @CsvSource({
    "https://hello.kubernetes.io, world.mesos.org/foo/bar",
    "https://*.docker.com, prefix.docker.io",
    "https://suffix.*.io, prefix.docker.io",
    "https://prefix.docker.c*, prefix.docker.io",
    "https://prefix.*.io/path:1111, prefix.docker.io/path/subpath:1111",
    "suffix.*.io, prefix.docker.io",
  })
  void missesAsInKeyringMissOfTheKubelet(String key, String name) {
    assertThat(RegistryPattern.parse(key).matches(name + "/foo/bar")).isFalse();
  }

  @ParameterizedTest(name = "{0} against {1}: {2}")
  @CsvSource({
    // a glob stays within its part, and has no meaning in a path
    "*, localhost/app, true",
    "*.io, a.b.io/app, false",
    "reg.example/*, reg.example/app, false",
    "reg.example/team/*, reg.example/team/app, false",
    // the path is compared as text
    "reg.example/team, reg.example/teams/app, true",
    "reg.example/team/, reg.example/teams/app, false",
    "reg.example/team/, reg.example/team/app, true",
    // classes, as Go's filepath.Match has them
    "reg[12].example, reg2.example/app, true",
    "reg[12].example, reg3.example/app, false",
    "reg[a-c].example, regb.example/app, true",
    "reg[^12].example, reg3.example/app, true",
    "reg[^12].example, reg1.example/app, false",
    // characters that mean something to a regular expression only
    "reg-1.example, regx1.example/app, false",
    "a.b, aXb/app, false",
    // addresses
    "127.0.0.1:5000, 127.0.0.1:5000/app, true",
    "127.0.0.1, 127.0.0.1:5000/app, false",
    "[::1]:5000, [::1]:5000/app, true",
    "[::1], [::1]/app, true",
    "[::1], [::1]:5000/app, false",
    // what is not part of the place
    "http://reg.example:5000/, reg.example:5000/app, true",
    "https://reg.example/v2, reg.example/app, true",
    "https://reg.example/v1, reg.example/app, true",
    "https://reg.example/v2/team, reg.example/team/app, true",
    "https://reg.example/v2/team, reg.example/other/app, false",
    "reg.example/v2x, reg.example/app, false",
    "https://reg.example/team?a=b, reg.example/team/app, true",
    "https://reg.example#a, reg.example/app, true",
    "https://user:secret@reg.example:5000/team, reg.example:5000/team/app, true",
    // hosts are compared as they are written, as with the kubelet
    "Reg.example, reg.example/app, false",
  })
  void matches(String key, String name, boolean expected) {
    assertThat(RegistryPattern.parse(key).matches(name)).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0} is sorted as {1}")
  @CsvSource({
    "https://quay.io/v1/, quay.io",
    "quay.io, quay.io",
    "https://index.docker.io/v1/, index.docker.io",
    "http://reg.example:5000/, reg.example:5000",
    "https://user:secret@reg.example/team, reg.example/team",
  })
  void isSortedByHostPortAndPath(String key, String sorted) {
    assertThat(RegistryPattern.parse(key)).hasToString(sorted);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "https://",
        "https:///team",
        "%invalid%",
        "reg.example:port",
        "reg.example:*",
        "reg example",
        "reg.example:5000:5000",
        "::1",
        "reg[.example",
        "reg[].example",
        "reg[z-a].example",
        "reg.{a,b}",
        "ftp://reg.example",
        "reg\\.example",
      })
  void refusesWhatNamesNoRegistry(String key) {
    assertThatThrownBy(() -> RegistryPattern.parse(key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("names no registry; expected [https://]HOST[:PORT][/PATH], with * only in HOST")
        .hasNoCause();
  }

  @Test
  void showsNoUserOfAUrl() {
    assertThat(RegistryPattern.parse("https://user:secret@reg.example")).hasToString("reg.example");
  }

  @Test
  void isTheSameAsAnotherThatMeansTheSamePlace() {
    assertThat(RegistryPattern.parse("https://reg.example/v1/"))
        .isEqualTo(RegistryPattern.parse("reg.example"))
        .hasSameHashCodeAs(RegistryPattern.parse("reg.example"))
        .isNotEqualTo(RegistryPattern.parse("reg.example/team"));
  }
}
