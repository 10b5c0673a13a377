package dev.prepull.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rows are taken from the grammar of the distribution project and its test vectors.
 *
 * @see <a href="https://github.com/distribution/reference">distribution/reference</a>
 */
class ImageReferenceTest {

  private static final String HEX =
      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource({
    "nginx, docker.io/library/nginx:latest",
    "nginx:1.27.3, docker.io/library/nginx:1.27.3",
    "library/nginx, docker.io/library/nginx:latest",
    "docker.io/nginx, docker.io/library/nginx:latest",
    "index.docker.io/nginx, docker.io/library/nginx:latest",
    "index.docker.io/library/nginx:1, docker.io/library/nginx:1",
    "docker.io/library/nginx, docker.io/library/nginx:latest",
    "dmcgowan/myapp, docker.io/dmcgowan/myapp:latest",
    "docker/docker, docker.io/docker/docker:latest",
    "docker.io/docker/docker, docker.io/docker/docker:latest",
    "localhost/app, localhost/app:latest",
    "localhost:5000/app:tag, localhost:5000/app:tag",
    "127.0.0.1:5000/team/app, 127.0.0.1:5000/team/app:latest",
    "192.168.1.1/app, 192.168.1.1/app:latest",
    "[2001:db8::1]/app, [2001:db8::1]/app:latest",
    "[2001:db8::1]:5000/app:1, [2001:db8::1]:5000/app:1",
    "test.com/repo:tag, test.com/repo:tag",
    "test:5000/repo, test:5000/repo:latest",
    "test_com/foo, docker.io/test_com/foo:latest",
    "Foo/bar, Foo/bar:latest",
    "foo.Bar/baz, foo.Bar/baz:latest",
    "sub-dom1.foo.com/bar/baz/quux:some-long-tag, sub-dom1.foo.com/bar/baz/quux:some-long-tag",
    "b.gcr.io/test.example.com/my-app, b.gcr.io/test.example.com/my-app:latest",
    "xn--n3h.com/myimage, xn--n3h.com/myimage:latest",
    "foo_bar.com:8080, docker.io/library/foo_bar.com:8080",
    "foo/foo_bar.com:8080, docker.io/foo/foo_bar.com:8080",
    "a/b__c, docker.io/a/b__c:latest",
    "a/b---c, docker.io/a/b---c:latest",
    "a.b.c/d.e_f, a.b.c/d.e_f:latest",
    "app:A_b.C-1, docker.io/library/app:A_b.C-1",
    "test_com, docker.io/library/test_com:latest",
    "test.com:tag, docker.io/library/test.com:tag",
    "test.com:5000, docker.io/library/test.com:5000",
    "lowercase:Uppercase, docker.io/library/lowercase:Uppercase",
    "192.168.1.1, docker.io/library/192.168.1.1:latest",
    "192.168.1.1:tag, docker.io/library/192.168.1.1:tag",
    "192.168.1.1:5000/repo:5050, 192.168.1.1:5000/repo:5050",
    "[2001:db8:1:2:3:4:5:6]/repo:tag, [2001:db8:1:2:3:4:5:6]/repo:tag",
    "[2001:db8::]:5000/repo, [2001:db8::]:5000/repo:latest",
    "[::1]:5000/repo, [::1]:5000/repo:latest",
    "xn--n3h.com/myimage:xn--n3h.com, xn--n3h.com/myimage:xn--n3h.com",
    "b.gcr.io/test.example.com/my-app:test.example.com, b.gcr.io/test.example.com/my-app:test.example.com",
    "docker.io/1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a, docker.io/library/1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a:latest",
    "index.docker.io/foo/bar, docker.io/foo/bar:latest",
    "index.docker.io:443/foo, index.docker.io:443/foo:latest",
    "library/foo/bar, docker.io/library/foo/bar:latest",
    "store/foo/bar, docker.io/store/foo/bar:latest",
    "foo/foo/bar:t, docker.io/foo/foo/bar:t",
    "dock__er/docker, docker.io/dock__er/docker:latest",
    "docker-rules/docker, docker.io/docker-rules/docker:latest",
    "127.0.0.1:5000/docker/docker, 127.0.0.1:5000/docker/docker:latest",
    "LOCALHOST/foo, LOCALHOST/foo:latest",
  })
  void normalisesAsDockerDoes(String written, String canonical) {
    assertThat(ImageReference.parse(written).canonical()).isEqualTo(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":justtag",
        "@sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "repo@sha256:ffffffffffffffffffffffffffffffffff",
        "validname@invaliddigest:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "repo@sha256:FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
        "Uppercase:tag",
        "test:5000/Uppercase/lowercase:tag",
        "lowercase:Upper:case",
        "aa/asdf$$^/aa",
        "[fe80::1%eth0]:5000/repo",
        "[fe80::1%@invalidzone]/repo",
        "-foo/bar",
        "foo-/bar",
        "foo/-bar",
        "foo/bar-",
        "foo//bar",
        "foo/",
        "/foo",
        "foo..bar/baz:1:2",
        "foo/b..c",
        "foo/b___c",
        "http://registry.example/app",
        "registry.example:port/app",
        "app:-tag",
        "app:.tag",
        "app:ta g",
        "a b",
        "app\n",
        "äpp",
        "app:",
        "app@",
        "app:1@",
        "[2001:db8::1]",
        "[2001:db8::1]:5000",
        "[2001:db8::1]:tag",
        "[fe80::1%eth0]:5000/repo@invaliddigest",
        "https://github.com/docker/docker",
        "docker/Docker",
        "-docker",
        "-docker/docker",
        "-docker.io/docker/docker",
        "docker///docker",
        "docker.io/docker/Docker",
        "docker.io/docker///docker",
        "____/____",
        "_docker/_docker",
        "docker.io/",
        "localhost:5000/",
        ".example/app",
        "registry..example/app",
        "app@sha256:0123",
      })
  void refusesWhatTheGrammarDoes(String written) {
    assertThatThrownBy(() -> ImageReference.parse(written))
        .isInstanceOf(InvalidImageReferenceException.class)
        .hasMessageContaining("is not an image reference");
  }

  @Test
  void refusesAnImageId() {
    assertThatThrownBy(() -> ImageReference.parse(HEX)).hasMessageContaining("image id");
  }

  @Test
  void limitsTheLengthOfTheNameAndOfTheTag() {
    String longest = "a/".repeat(122) + "a";
    assertThat(ImageReference.parse("docker.io/" + longest).repository()).isEqualTo(longest);
    assertThatThrownBy(() -> ImageReference.parse("docker.io/" + longest + "a"))
        .hasMessageContaining("255");
    assertThat(ImageReference.parse("app:" + "t".repeat(128)).tag()).contains("t".repeat(128));
    assertThatThrownBy(() -> ImageReference.parse("app:" + "t".repeat(129)))
        .hasMessageContaining("128");
  }

  @Test
  void keepsTagAndDigest() {
    ImageReference reference = ImageReference.parse("registry.example/app:1@sha256:" + HEX);

    assertThat(reference.tag()).contains("1");
    assertThat(reference.digest()).contains(new ImageDigest("sha256:" + HEX));
    assertThat(reference.canonical()).isEqualTo("registry.example/app:1@sha256:" + HEX);
    assertThat(reference.stored()).isEqualTo("registry.example/app@sha256:" + HEX);
  }

  @ParameterizedTest(name = "the runtime gets {1} for {0}")
  @CsvSource({
    "nginx, nginx:latest",
    "nginx:1, nginx:1",
    "localhost:5000/app, localhost:5000/app:latest",
    "docker.io/library/nginx, docker.io/library/nginx:latest",
    "index.docker.io/nginx:latest, index.docker.io/nginx:latest",
  })
  void sendsTheRuntimeWhatTheKubeletWould(String written, String sent) {
    assertThat(ImageReference.parse(written).forRuntime()).isEqualTo(sent);
  }

  @Test
  void sendsADigestReferenceAsItIsWritten() {
    String written = "app@sha256:" + HEX;

    assertThat(ImageReference.parse(written).forRuntime()).isEqualTo(written);
  }

  @Test
  void equalsByWhatItMeansRatherThanByHowItIsWritten() {
    assertThat(ImageReference.parse("nginx"))
        .isEqualTo(ImageReference.parse("index.docker.io/library/nginx:latest"))
        .hasSameHashCodeAs(ImageReference.parse("docker.io/nginx"))
        .isNotEqualTo(ImageReference.parse("nginx:1"));
  }

  @Test
  void knowsWhatNothingMakesFresh() {
    assertThat(ImageReference.parse("nginx").isLatest()).isTrue();
    assertThat(ImageReference.parse("nginx:latest").isLatest()).isTrue();
    assertThat(ImageReference.parse("nginx:1").isLatest()).isFalse();
    assertThat(ImageReference.parse("nginx@sha256:" + HEX).isLatest()).isFalse();
  }
}
