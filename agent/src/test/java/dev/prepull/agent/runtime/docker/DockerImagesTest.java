package dev.prepull.agent.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.HeldImage;
import dev.prepull.model.HeldName;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Docker's names and the canonical ones. */
class DockerImagesTest {

  private static final ImageDigest DIGEST = new ImageDigest("sha256:" + "a".repeat(64));
  private static final ImageDigest OTHER = new ImageDigest("sha256:" + "b".repeat(64));

  @ParameterizedTest
  @CsvSource({
    "nginx:1, docker.io/library/nginx:1",
    "team/app:1, docker.io/team/app:1",
    "reg.example:5000/team/app:1, reg.example:5000/team/app:1",
    "localhost/app:1, localhost/app:1",
  })
  void writesAShortNameInFull(String tag, String name) {
    assertThat(held(List.of(tag), List.of())).containsExactly(new HeldName(name, null));
  }

  @Test
  void givesATagTheDigestOfItsRepository() {
    List<HeldName> names =
        held(
            List.of("nginx:1", "reg.example/nginx:1"),
            List.of("nginx@" + DIGEST, "reg.example/nginx@" + OTHER));

    assertThat(names)
        .containsExactlyInAnyOrder(
            new HeldName("docker.io/library/nginx:1", DIGEST),
            new HeldName("docker.io/library/nginx@" + DIGEST, DIGEST),
            new HeldName("reg.example/nginx:1", OTHER),
            new HeldName("reg.example/nginx@" + OTHER, OTHER));
  }

  @Test
  void givesATagNoDigestOfAnotherRepository() {
    assertThat(held(List.of("own:1"), List.of("nginx@" + DIGEST)))
        .contains(new HeldName("docker.io/library/own:1", null));
  }

  @Test
  void givesATagEachDigestOfItsRepository() {
    List<String> tags = List.of("nginx:1");

    assertThat(held(tags, List.of("nginx@" + OTHER, "nginx@" + DIGEST)))
        .isEqualTo(held(tags, List.of("nginx@" + DIGEST, "nginx@" + OTHER)))
        .startsWith(
            new HeldName("docker.io/library/nginx:1", DIGEST),
            new HeldName("docker.io/library/nginx:1", OTHER));
  }

  @Test
  void namesADigestOnceThatStandsAmongTheTagsToo() {
    assertThat(held(List.of("nginx:1", "nginx@" + DIGEST), List.of("nginx@" + DIGEST)))
        .containsExactly(
            new HeldName("docker.io/library/nginx:1", DIGEST),
            new HeldName("docker.io/library/nginx@" + DIGEST, DIGEST));
  }

  @Test
  void knowsTheDigestOfATagOnceItIsTold() {
    HeldImage image =
        DockerImages.held(
            "sha256:1d", List.of("nginx:1"), List.of("nginx@" + OTHER, "nginx@" + DIGEST), 10L);

    assertThat(DockerImages.knownByDigest(image, ImageReference.parse("nginx:1"), OTHER).names())
        .containsExactly(
            new HeldName("docker.io/library/nginx:1", OTHER),
            new HeldName("docker.io/library/nginx@" + DIGEST, DIGEST),
            new HeldName("docker.io/library/nginx@" + OTHER, OTHER));
  }

  @Test
  void believesNoDigestThatTheImageDoesNotHave() {
    HeldImage image =
        DockerImages.held("sha256:1d", List.of("nginx:1"), List.of("nginx@" + DIGEST), 10L);

    assertThat(DockerImages.knownByDigest(image, ImageReference.parse("nginx:1"), OTHER))
        .isEqualTo(image);
  }

  @ParameterizedTest
  @ValueSource(strings = {"<none>:<none>", "nginx:<none>", "<none>@<none>", "Not A Name"})
  void leavesOutWhatIsNoName(String name) {
    assertThat(held(List.of(name), List.of(name))).isEmpty();
  }

  @Test
  void keepsAnImageOfWhichDockerTellsOnlyTheId() {
    assertThat(DockerImages.held("sha256:1d", null, null, null))
        .isEqualTo(new HeldImage("sha256:1d", List.of(), 0, false));
  }

  @Test
  void keepsTheSize() {
    assertThat(DockerImages.held("sha256:1d", List.of(), List.of(), 7L << 32).sizeBytes())
        .isEqualTo(7L << 32);
  }

  private static List<HeldName> held(List<String> tags, List<String> digests) {
    return DockerImages.held("sha256:1d", tags, digests, 10L).names();
  }
}
