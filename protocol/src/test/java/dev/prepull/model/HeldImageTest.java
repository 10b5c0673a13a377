package dev.prepull.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** By which names an image answers. */
class HeldImageTest {

  private static final ImageDigest DIGEST = new ImageDigest("sha256:" + "a".repeat(64));
  private static final ImageDigest OTHER = new ImageDigest("sha256:" + "b".repeat(64));
  private static final HeldName TAGGED = new HeldName("docker.io/library/nginx:1", DIGEST);
  private static final HeldName DIGESTED =
      new HeldName("docker.io/library/nginx@" + DIGEST, DIGEST);
  private static final HeldName BUILT_HERE = new HeldName("docker.io/library/own:latest", null);

  @Test
  void answersToAnyWayOfWritingItsName() {
    HeldImage image = held(TAGGED, DIGESTED);

    assertThat(image.named(reference("nginx:1"))).contains(TAGGED);
    assertThat(image.named(reference("docker.io/nginx:1"))).contains(TAGGED);
    assertThat(image.named(reference("nginx@" + DIGEST))).contains(DIGESTED);
    assertThat(image.named(reference("nginx:other@" + DIGEST))).contains(DIGESTED);
  }

  @Test
  void answersToNoOtherName() {
    HeldImage image = held(TAGGED, DIGESTED);

    assertThat(image.named(reference("nginx"))).isEmpty();
    assertThat(image.named(reference("nginx:1.0"))).isEmpty();
    assertThat(image.named(reference("registry.example/nginx:1"))).isEmpty();
    assertThat(image.named(reference("nginx@" + OTHER))).isEmpty();
    assertThat(image.named(reference("1d1d1d"))).isEmpty();
  }

  @Test
  void answersWithoutADigestWhenItWasBuiltHere() {
    assertThat(held(BUILT_HERE).named(reference("own"))).contains(BUILT_HERE);
  }

  @Test
  void resolvesToTheDigestOfTheNameAndToNoOther() {
    HeldImage image = held(TAGGED, DIGESTED);

    assertThat(image.resolves(reference("nginx:1"), DIGEST)).isTrue();
    assertThat(image.resolves(reference("nginx:1"), OTHER)).isFalse();
    assertThat(image.resolves(reference("nginx:2"), DIGEST)).isFalse();
    assertThat(held(BUILT_HERE).resolves(reference("own"), DIGEST)).isFalse();
  }

  @Test
  void resolvesToEachDigestThatTheNameMayHaveBeenPulledBy() {
    HeldImage image = held(new HeldName("docker.io/library/nginx:1", OTHER), TAGGED);

    assertThat(image.resolves(reference("nginx:1"), DIGEST)).isTrue();
    assertThat(image.resolves(reference("nginx:1"), OTHER)).isTrue();
    assertThat(image.named(reference("nginx:1"))).contains(TAGGED);
  }

  @Test
  void equalsWhateverTheOrderOfItsNames() {
    assertThat(held(TAGGED, BUILT_HERE, DIGESTED)).isEqualTo(held(DIGESTED, TAGGED, BUILT_HERE));
    assertThat(held(TAGGED, DIGESTED).names()).containsExactly(TAGGED, DIGESTED);
  }

  private static HeldImage held(HeldName... names) {
    return new HeldImage("sha256:1d1d1d", List.copyOf(Arrays.asList(names)), 10, false);
  }

  private static ImageReference reference(String written) {
    return ImageReference.parse(written);
  }
}
