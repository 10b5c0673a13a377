package dev.prepull.agent.runtime.cri;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.agent.runtime.cri.v1.Image;
import dev.prepull.model.HeldImage;
import dev.prepull.model.HeldName;
import dev.prepull.model.ImageDigest;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CriImagesTest {

  private static final ImageDigest FIRST = digest("1");
  private static final ImageDigest SECOND = digest("2");

  @Test
  void writesNamesInCanonicalFormAndSorted() {
    Image image =
        Image.newBuilder()
            .setId("sha256:id")
            .setSize(42)
            .setPinned(true)
            .addRepoTags("nginx:1")
            .addRepoDigests("nginx@" + FIRST)
            .build();

    assertThat(CriImages.held(image, TagDigests.UNKNOWN))
        .isEqualTo(
            new HeldImage(
                "sha256:id",
                List.of(
                    new HeldName("docker.io/library/nginx:1", FIRST),
                    new HeldName("docker.io/library/nginx@" + FIRST, FIRST)),
                42,
                true));
  }

  @Test
  void leavesOutWhatIsNoName() {
    Image image = Image.newBuilder().addRepoTags("<none>:<none>").addRepoDigests("<none>").build();

    assertThat(CriImages.held(image, TagDigests.UNKNOWN).names()).isEmpty();
  }

  @Test
  void takesATagsDigestFromItsOwnRepository() {
    Image image =
        Image.newBuilder()
            .addRepoTags("b.example/app:1")
            .addRepoDigests("a.example/app@" + FIRST)
            .addRepoDigests("b.example/app@" + SECOND)
            .build();

    assertThat(CriImages.held(image, TagDigests.UNKNOWN).names())
        .contains(new HeldName("b.example/app:1", SECOND));
    assertThat(CriImages.openTags(image)).isEmpty();
  }

  @Test
  void asksForATagWithSeveralDigests() {
    Image image =
        Image.newBuilder()
            .addRepoTags("a.example/app:1")
            .addRepoDigests("a.example/app@" + FIRST)
            .addRepoDigests("a.example/app@" + SECOND)
            .build();

    assertThat(CriImages.openTags(image)).containsExactly("a.example/app:1");
    assertThat(CriImages.held(image, tag -> Optional.of(SECOND)).names())
        .contains(new HeldName("a.example/app:1", SECOND));
  }

  @Test
  void takesTheFirstOfSeveralDigestsWhenNobodyKnowsBetter() {
    Image image =
        Image.newBuilder()
            .addRepoTags("a.example/app:1")
            .addRepoDigests("a.example/app@" + SECOND)
            .addRepoDigests("a.example/app@" + FIRST)
            .build();

    assertThat(CriImages.held(image, TagDigests.UNKNOWN).names())
        .contains(new HeldName("a.example/app:1", FIRST));
  }

  @Test
  void holdsAnImportedImageWithoutDigest() {
    Image image = Image.newBuilder().addRepoTags("a.example/app:1").build();

    assertThat(CriImages.openTags(image)).containsExactly("a.example/app:1");
    assertThat(CriImages.held(image, TagDigests.UNKNOWN).names())
        .containsExactly(new HeldName("a.example/app:1", null));
  }

  private static ImageDigest digest(String digit) {
    return new ImageDigest("sha256:" + digit.repeat(64));
  }
}
